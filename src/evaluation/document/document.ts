import { BOOTSTRAP_SAMPLES } from '../bootstrap.js';
import type { EvaluationReport } from '../evaluation-report.js';
import { ageSection } from './age-section.js';
import { breakdownSection } from './breakdown-section.js';
import { calibrationSections } from './calibration-section.js';
import { dataSection } from './data-section.js';
import { expressionSection } from './expression-section.js';
import { facesSection } from './faces-section.js';
import { genderSection } from './gender-section.js';
import type { Section } from './table.js';

/** A report as people read it, whatever it is rendered to. */
export function describeReport(report: EvaluationReport): Section[] {
  return [
    dataSection(report),
    facesSection(report),
    ...genderSection(report),
    ...ageSection(report),
    ...expressionSection(report),
    ...report.breakdowns.map(breakdownSection),
    ...calibrationSections(report),
    INTERVALS,
  ];
}

const INTERVALS: Section = {
  title: 'Intervals',
  tables: [],
  notes: [
    `Intervals are of 95 %: Wilson's for shares, percentiles of ${BOOTSTRAP_SAMPLES} bootstrap samples for MAE and CS@5.`,
    'They are too narrow where faces are of one person or one picture, and the bootstrap for few faces.',
  ],
};
