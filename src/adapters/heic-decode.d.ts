/** The package has no types of its own; `adapters/heic.ts` says what it uses. */
declare module 'heic-decode';
