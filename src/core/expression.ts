import { Compiler } from './expression/compile.js';
import { ExpressionFault, pointAt } from './expression/fault.js';
import type { FaceFacts, PictureFacts } from './expression/names.js';
import { parseExpression } from './expression/parse.js';

export type { FaceFacts, PictureFacts } from './expression/names.js';

/** Stands where no face is looked at; no name that reads a face compiles there. */
const NO_FACE = Object.freeze({}) as FaceFacts;

/**
 * Compiles a screening expression, the language of `--fail-if` and `--where`. An expression is a condition on one
 * picture; it can read the names below and nothing else.
 *
 * Names of a picture:
 * - `faces`, `males`, `females`: counts; 0 when the picture failed.
 * - `minAge`, `maxAge`: lowest lower bound and highest upper bound of the age groups found, in years. The bounds of
 *   `(25-32)` are 25 and 32, so a picture with that face alone has `minAge` 25 and `maxAge` 32. Absent without faces.
 * - `confidence`: the highest detector confidence, 0..1. Absent without faces.
 * - `width`, `height`: pixels of the picture as seen. Absent when it could not be read.
 * - `status`: `"ok"` or `"failed"`. `code`: the failure code, such as `"TRUNCATED"`; `""` when there is none.
 *
 * `any(…)` is true when a face satisfies the condition inside, `all(…)` when each face does, `count(…)` is the number
 * of faces that do. `all(…)` is true of a picture without faces, as in every language: write `faces > 0 && all(…)`
 * where that is not meant. Names of a face, inside them:
 * - `gender`: `"Male"` or `"Female"`. `age`: the group as text, such as `"(25-32)"`.
 * - `minAge`, `maxAge`: the bounds of that face's group. `ageYears`: years; absent where the pack gives groups only.
 * - `expression`: `"happy"` and others; `expressionConfidence`: 0..1. Absent unless the run was asked for them.
 * - `confidence`, `genderConfidence`, `ageConfidence`: 0..1; `ageConfidence` is absent where the pack gives years only.
 * - `x`, `y`, `w`, `h`: the box in pixels of the picture. The picture's other names can be read too: `any(w > width / 2)`.
 *
 * Operators, from the loosest: `||`, `&&`, `== !=`, `< <= > >=`, `+ -`, `* / %`, `! -`; parentheses; numbers; `true`,
 * `false`; texts in single or double quotes, compared with `==` and `!=`, upper and lower case alike. A text that can
 * never match, such as a misspelt gender, is an error.
 *
 * A comparison with an absent value is false, `!=` included, and so is one with a division by zero. Mind the `!`:
 * `minAge < 25` is false without faces, and `!(minAge >= 25)` is true.
 *
 * Examples: `any(maxAge <= 12)`, `faces != 1 || confidence < 0.9`, `males > 0 && females > 0`,
 * `status == "failed" && code != "UNSUPPORTED_FORMAT"`, `count(minAge >= 60) >= 2`.
 *
 * @param source at most 2000 characters, nested at most 100 deep.
 * @param flag where it came from, e.g. `--fail-if`, for the message.
 * @param untold names of a face that no face will have, each with what would give it one: to read them is a fault.
 * @returns a pure function that never throws on a record of this program.
 * @throws {FatalError} USAGE, with the expression and a caret under the fault.
 */
export function compileExpression(
  source: string,
  flag: string,
  untold?: ReadonlyMap<string, string>,
): (record: PictureFacts) => boolean {
  const holds = compile(source, flag, false, untold);
  return (record) => holds(record, NO_FACE);
}

/**
 * Compiles a condition on one face, in the words that are good inside `any(…)`: `maxAge <= 12`.
 *
 * @returns a pure function of the picture and one of its faces.
 * @throws {FatalError} USAGE, as `compileExpression`.
 */
export function compileFaceExpression(
  source: string,
  flag: string,
  untold?: ReadonlyMap<string, string>,
): (record: PictureFacts, face: FaceFacts) => boolean {
  return compile(source, flag, true, untold);
}

function compile(
  source: string,
  flag: string,
  inFace: boolean,
  untold: ReadonlyMap<string, string> | undefined,
): (record: PictureFacts, face: FaceFacts) => boolean {
  try {
    const parsed = parseExpression(source);
    return new Compiler(parsed, inFace, untold).condition(parsed.tree);
  } catch (error) {
    if (error instanceof ExpressionFault) throw pointAt(source, flag, error);
    throw error;
  }
}
