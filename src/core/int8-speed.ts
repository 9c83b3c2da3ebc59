/** What of a processor makes int8 nets faster: sums of products of bytes in one instruction. */
const FAST: readonly string[] = ['avx512_vnni', 'avx_vnni', 'amx_int8', 'asimddp'];

/**
 * Whether this processor is faster in int8 than in 32-bit floats.
 *
 * @param cpuinfo text of `/proc/cpuinfo`; undefined where there is none.
 * @returns undefined where nobody knows.
 */
export function isFastInInt8(cpuinfo: string | undefined): boolean | undefined {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo ?? '')?.[1]?.split(/\s+/);
  return flags && FAST.some((flag) => flags.includes(flag));
}

/** In a warning, and in what `doctor` says. */
export const NOT_FASTER =
  'this processor has no instructions for int8 nets (VNNI, AMX, dot product): they are smaller, hardly faster';
