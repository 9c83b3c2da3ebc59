import { formatBytes } from '../../core/format-bytes.js';
import { usableDetectors } from '../../packs/survey.js';
import type { CheckedModel, PackSurvey } from '../../packs/survey.js';

/** The table of `models list`. */
export function describePacks(modelsDir: string, surveys: readonly PackSurvey[]): string {
  const packs = surveys.map((survey) => `${packLines(survey).join('\n')}\n`);
  return `${packs.join('\n')}\nPulled packs live in ${modelsDir}\n`;
}

function packLines(survey: PackSurvey): string[] {
  const { name, pack, files } = survey;
  const bytes = files.reduce((sum, { file }) => sum + file.bytes, 0);
  const width = Math.max(...files.map(({ file }) => file.name.length));
  return [
    `${name}: ${stateOf(survey)}, ${formatBytes(bytes)}, ${pack.origin}`,
    `  ${pack.description}`,
    `  Licence: ${pack.licence}`,
    `  Detectors: ${detectorNames(survey).join(', ')}`,
    ...files.map(({ file, check }) =>
      `  ${file.name.padEnd(width)}  ${formatBytes(file.bytes).padStart(9)}  ${wordFor(check)}  ${file.licence}`.trimEnd(),
    ),
  ];
}

function detectorNames({ pack }: PackSurvey): string[] {
  return Object.keys(pack.detectors).map((name) =>
    name === pack.defaultDetector ? `${name} (default)` : name,
  );
}

function stateOf(survey: PackSurvey): string {
  const usable = usableDetectors(survey);
  const there = survey.files.filter(({ check }) => check.state === 'ok').length;
  if (there === survey.files.length) return 'installed';
  if (usable.length > 0) return `installed with ${usable.join(', ')}`;
  return there === 0 ? 'not installed' : `${there} of ${survey.files.length} files installed`;
}

function wordFor(check: CheckedModel['check']): string {
  switch (check.state) {
    case 'ok':
      return 'installed';
    case 'missing':
      return 'missing  ';
    case 'wrong':
      return `WRONG: it is ${check.reason}.`;
  }
}

/** The lines that `models verify` tells of one pack. */
export function describeVerified(survey: PackSurvey): string {
  const words = { ok: 'OK', missing: 'not installed', wrong: 'WRONG' };
  const lines = survey.files.map(({ file, check }) => {
    const reason = check.state === 'wrong' ? `: it is ${check.reason}` : '';
    return `  ${file.name}: ${words[check.state]}${reason}`;
  });
  return `${survey.name} in ${survey.folder}\n${lines.join('\n')}`;
}

/** What `models list --json` prints. */
export function packsAsJson(modelsDir: string, surveys: readonly PackSurvey[]): object {
  return {
    modelsDir,
    packs: surveys.map((survey) => {
      const { name, pack, folder, files } = survey;
      const usable = usableDetectors(survey);
      return {
        name,
        description: pack.description,
        licence: pack.licence,
        origin: pack.origin,
        folder,
        installed: usable.includes(pack.defaultDetector),
        defaultDetector: pack.defaultDetector,
        detectors: Object.keys(pack.detectors).map((detector) => ({
          name: detector,
          installed: usable.includes(detector),
        })),
        bytes: pack.files.reduce((sum, file) => sum + file.bytes, 0),
        files: files.map(({ file, check }) => ({
          name: file.name,
          bytes: file.bytes,
          sha256: file.sha256,
          licence: file.licence,
          state: { ok: 'installed', missing: 'missing', wrong: 'wrong' }[check.state],
          ...(check.state === 'wrong' ? { reason: check.reason } : {}),
        })),
      };
    }),
  };
}
