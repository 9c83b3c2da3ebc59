export function readStamp(file: string): unknown;
export function writeStamp(file: string, inputs: unknown): void;
export function isStamped(file: string, inputs: unknown): boolean;
export function hashFiles(files: readonly string[]): string;
export function listFiles(folder: string, ending: string): string[];
