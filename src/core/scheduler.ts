import type { AutoShard, Shard } from '../config.js';
import { usageError } from '../errors.js';

/** A share, and the variable that said which. */
export interface NamedShard extends Shard {
  readonly from: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The tasks of an array that is whole: its indexes are `first`, `first` + 1 … */
interface WholeArray {
  readonly first: number;
  readonly count: number;
}

interface Scheduler {
  /** The variable with a task's index. */
  readonly index: string;
  /** What its indexes count from; undefined where the user says so. */
  readonly first: 0 | undefined;
  /** What the environment tells of the whole array; text says why it tells nothing. */
  readonly whole: (env: Environment) => WholeArray | string;
}

const SCHEDULERS: readonly Scheduler[] = [
  { index: 'SLURM_ARRAY_TASK_ID', first: undefined, whole: wholeSlurmArray },
  {
    index: 'JOB_COMPLETION_INDEX',
    first: 0,
    whole: () =>
      'JOB_COMPLETION_INDEX without a count: Kubernetes tells no Pod how many completions there are',
  },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', first: 0, whole: wholeBatchArray },
];

/**
 * The share of a task of an array: `--shard auto`, `auto/N` and `auto0/N`.
 *
 * @throws {FatalError} USAGE when no scheduler or more than one says an index; when the index is out of range; when the
 * number of shares is neither given nor certain.
 */
export function shardOfTask(auto: AutoShard, env: Environment): NamedShard {
  const { index: from, first, whole } = requireOne(env);
  const task = readCount(env[from]);
  if (task === undefined) throw usageError('a whole number', from, env[from]);
  const array = auto.count === undefined ? whole(env) : { first: first ?? auto.first, count: auto.count };
  if (typeof array === 'string') {
    throw usageError('auto/N, with N the number of shares,', '--shard', `auto with ${array}`);
  }
  const index = task - array.first + 1;
  if (index < 1 || index > array.count) throw outOfRange(from, task, array, first === undefined);
  return { index, count: array.count, from };
}

function requireOne(env: Environment): Scheduler {
  const [one, ...others] = SCHEDULERS.filter(({ index }) => isSet(env[index]));
  const wanted = `one of ${SCHEDULERS.map(({ index }) => index).join(', ')} in the environment`;
  if (one === undefined) throw usageError(wanted, '--shard auto', 'none: say --shard K/N');
  if (others.length === 0) return one;
  const found = [one, ...others].map(({ index }) => `${index}=${env[index] ?? ''}`);
  throw usageError(wanted, '--shard auto', `${found.join(' and ')}: say --shard K/N`);
}

function outOfRange(from: string, task: number, { first, count }: WholeArray, mayDiffer: boolean): Error {
  const other = first === 0 ? 'auto' : 'auto0';
  const hint = mayDiffer ? ` (--shard ${other}/${count} where indexes count from ${1 - first})` : '';
  return usageError(`an index in ${first}..${first + count - 1}${hint}`, from, task);
}

/**
 * Slurm says the least and the greatest index of an array and how many there are. An array that repairs another, such as
 * `--array=3,17`, says so too: only one without gaps from 0 or 1 can be all there is.
 */
function wholeSlurmArray(env: Environment): WholeArray | string {
  const [first, last, count] = ['MIN', 'MAX', 'COUNT'].map((what) =>
    readCount(env[`SLURM_ARRAY_TASK_${what}`]),
  );
  if (first === undefined || last === undefined || count === undefined) {
    return 'SLURM_ARRAY_TASK_ID alone: its _MIN, _MAX and _COUNT are not all there';
  }
  if (first > 1 || last - first + 1 !== count) {
    return `an array of ${count} from ${first} to ${last}, which may be a part of another`;
  }
  return { first, count };
}

function wholeBatchArray(env: Environment): WholeArray | string {
  const count = readCount(env['AWS_BATCH_JOB_ARRAY_SIZE']);
  return count === undefined
    ? 'AWS_BATCH_JOB_ARRAY_INDEX without AWS_BATCH_JOB_ARRAY_SIZE'
    : { first: 0, count };
}

const isSet = (text: string | undefined): boolean => text !== undefined && text !== '';

/** A count or an index as schedulers write it. */
function readCount(text: string | undefined): number | undefined {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : undefined;
}
