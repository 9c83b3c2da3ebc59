import type { OpenCv } from './opencv.js';

export interface GypFile {
  readonly targets: readonly {
    readonly target_name: string;
    readonly sources: readonly string[];
    readonly include_dirs: readonly string[];
    readonly libraries: readonly string[];
  }[];
}
export function buildFile(parts: { sources: readonly string[]; nan: string; openCv: OpenCv }): GypFile;
export function prepareWorkshop(workshop: string, binding: string, openCv: OpenCv): void;
export function nodeGyp(binding: string): string;
export function installedHeaders(node: { execPath: string; version: string }): string | undefined;
export function jobs(): number;
