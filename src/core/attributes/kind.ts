/** A word out of a closed set. */
interface LabelKind<L extends string = string> {
  readonly kind: 'label';
  readonly labels: readonly L[];
}

interface NumberKind {
  readonly kind: 'number';
  /** Smallest and largest value of a record; nets that guess beyond them are taken at the limit. */
  readonly min: number;
  readonly max: number;
  readonly decimals: number;
}

/** Probabilities of a fixed number of outcomes, 0..1 each. */
interface DistributionKind {
  readonly kind: 'distribution';
  readonly length: number;
  readonly decimals: number;
}

/** What values an attribute can have. */
export type Kind = LabelKind | NumberKind | DistributionKind;

/** The kind of attribute that values of this type are. */
export type KindOf<V> = [V] extends [string]
  ? LabelKind<V>
  : [V] extends [number]
    ? NumberKind
    : DistributionKind;

/** The value as outputs show it: rounded and inside its range. */
export function roundValue<V>(kind: Kind, value: V): V;
export function roundValue(kind: Kind, value: unknown): unknown {
  if (kind.kind === 'number' && typeof value === 'number') {
    return clamp(round(value, kind.decimals), kind.min, kind.max);
  }
  if (kind.kind === 'distribution' && Array.isArray(value)) {
    return value.map((share: number) => clamp(round(share, kind.decimals), 0, 1));
  }
  return value;
}

/** Whether a value that was read is one that this kind can have. */
export function isValue(kind: Kind, value: unknown): boolean {
  switch (kind.kind) {
    case 'label':
      return typeof value === 'string' && kind.labels.includes(value);
    case 'number':
      return isInRange(value, kind.min, kind.max);
    case 'distribution':
      return (
        Array.isArray(value) && value.length === kind.length && value.every((share) => isInRange(share, 0, 1))
      );
  }
}

/** False for NaN and for what JSON makes of `1e999`, too. */
export function isInRange(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
