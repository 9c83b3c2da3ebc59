/** Seconds as every output has them: three decimals, always. */
export function seconds(time: number): string {
  return time.toFixed(3);
}

/** `01:02:03.456`, with more digits for more than 99 hours. */
export function clockTime(time: number): string {
  const ms = Math.round(time * 1000);
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${pad(h)}:${pad(m)}:${pad(s)}.${String(ms % 1000).padStart(3, '0')}`;
}

const pad = (number: number): string => String(number).padStart(2, '0');
