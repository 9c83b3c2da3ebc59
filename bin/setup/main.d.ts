export function main(argv: readonly string[]): Promise<void>;
export function callerFolder(script: string, env?: NodeJS.ProcessEnv, cwd?: string): string;
