// For src/, whose compiler does not take JavaScript from outside its folder.
export const OLDEST_NODE: string;
export function complaintAboutNode(version?: string): string | undefined;
export function isSupportedOpenCv(version: string): boolean;
