/** What decides whether text for people is coloured. */
export interface ColourFacts {
  /** `--color`. */
  readonly choice: 'auto' | 'always' | 'never';
  /** Whether the stream is a terminal. */
  readonly terminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The flag decides; then `FORCE_COLOR` (anything but empty, 0 or false), then `NO_COLOR` (anything but empty), in the
 * order in which Node itself reads them; then whether it is a terminal that knows colours.
 */
export function usesColour({ choice, terminal, env }: ColourFacts): boolean {
  if (choice !== 'auto') return choice === 'always';
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return terminal && env['TERM'] !== 'dumb';
}
