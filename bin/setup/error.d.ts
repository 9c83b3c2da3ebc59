export class SetupError extends Error {
  constructor(code: string, message: string);
  readonly code: string;
}
export class Interrupted extends Error {
  constructor(signal: 'SIGINT' | 'SIGTERM');
  readonly exitCode: number;
}
