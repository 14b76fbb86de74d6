import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RunRecord } from '../../store/record.ts';
import { findingsOf, mismatchesOf } from '../select.ts';
import { architectureSection } from './architectures.ts';
import { counterSection } from './counters.ts';
import { findingSection } from './findings.ts';
import { jobDetails, jobSection } from './jobs.ts';
import { kernelSection } from './kernels.ts';
import { script } from './script.ts';
import { html, trusted, type Html } from './tag.ts';
import { verdictHeader, rigSection } from './verdict.ts';
import { violationSection } from './violations.ts';

/**
 * The report as one page that needs nothing but itself: the policy in its head forbids every request and every script
 * but its own, so that a record from somewhere else cannot do anything either.
 */
export function reportHtml(record: RunRecord): string {
  const style = readFileSync(new URL('page.css', import.meta.url), 'utf8');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${sha256(script)}'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${record.verdict.status}: ${record.plan.name} ${record.runId}</title>
        <link rel="icon" href="data:," />
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        ${verdictHeader(record)}
        <main>${sections(record)}</main>
        <footer>spf-harness ${record.harness.version} · run ${record.runId} · ${record.startedAt}</footer>
        ${scriptElement()}
      </body>
    </html> `;
  return page.text;
}

/** What went wrong comes before what was done; where nothing did, the order is that of the work. */
function sections(record: RunRecord): Html[] {
  const trouble = [violationSection(mismatchesOf(record)), findingSection(findingsOf(record))];
  return [
    ...[
      architectureSection(record),
      kernelSection(record.kernels),
      jobSection(record),
      ...trouble.toReversed(),
    ],
    ...[counterSection(record.jobs), jobDetails(record.jobs), rigSection(record)],
  ].filter((part) => part !== null);
}

/** In one piece: the policy's hash is of every character between the tags, which a formatter must not touch. */
const scriptElement = (): Html => trusted(`<script>${script}</script>`);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
