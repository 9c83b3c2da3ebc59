import { contentPolicy, escapeHtml, inlined, scriptJson } from './markup.js';
import { chartsSection, madeSection, totalsSection, type Summary } from './page-summary.js';
import { filterForm } from './filter-form.js';
import type { ReportHead } from './rows.js';

/** The page's own code and style, as they were built. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/** A further part of the page, such as an evaluation's figures: markup that is safe already. */
export interface Section {
  readonly title: string;
  readonly markup: string;
}

export interface Page extends Summary {
  /** Name of the folder that the pictures are from. */
  readonly title: string;
  readonly head: ReportHead;
  readonly sections?: readonly Section[];
}

/** In the first bytes of every page that a report begins with: a folder that holds it is one of ours. */
export const GENERATOR = '<meta name="generator" content="facetag report">';

const START = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${GENERATOR}
`;

/** Stands in the page's place until it is written, so that what a killed run leaves is known to be ours. */
export const UNFINISHED_PAGE = `${START}<title>facetag report</title></head><body><p>This report is not finished: run <code>facetag report</code> again.</p></body></html>
`;

/** The text of a report's page. The same records give the same bytes. */
export function formatPage(page: Page, { script, style }: PageCode): string {
  const { head, title, sections = [] } = page;
  return `${START}<meta http-equiv="Content-Security-Policy" content="${escapeHtml(contentPolicy(script, style))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - facetag report</title>
${inlined('style', style)}
</head>
<body>
<header class="top"><p class="brand">facetag report</p><h1><bdi>${escapeHtml(title)}</bdi></h1></header>
<main>
${totalsSection(page)}
${chartsSection(page)}
${sections.map(({ title: name, markup }) => `<section class="more"><h2>${escapeHtml(name)}</h2>${markup}</section>`).join('\n')}
${madeSection(page)}
<section class="pictures" aria-labelledby="pictures-title">
<h2 id="pictures-title">Pictures</h2>
<noscript><p class="warn">The pictures are shown by this page's own code, which needs JavaScript. The figures above need none.</p></noscript>
${filterForm(page.tally)}
<div id="grid" role="list" aria-label="Pictures. Arrow keys move, Enter opens."></div>
</section>
</main>
<dialog id="detail" aria-labelledby="detail-name"></dialog>
<script type="application/json" id="head">${scriptJson(head)}</script>
${inlined('script', script)}
</body>
</html>
`;
}
