export interface PictureRecord {
  readonly image: string;
  readonly status: string;
  readonly width: number;
  readonly height: number;
  readonly faces: readonly {
    readonly bbox: readonly number[];
    readonly confidence: number;
    readonly gender: string;
    readonly genderConfidence: number;
    readonly age: string;
    readonly ageYears?: number;
  }[];
  readonly error?: { readonly code: string };
}
export function printTable(output: string): void;
export function formatTable(records: readonly PictureRecord[]): string;
