import { createHash } from 'node:crypto';
import { XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reportHtml } from '../../harness/report/html/page.ts';
import { html } from '../../harness/report/html/tag.ts';
import { timeline } from '../../harness/report/html/timeline.ts';
import type { RunRecord } from '../../harness/store/record.ts';
import { job, kasan, kernel, mismatch, nasty, operation, run } from './records/build.ts';
import { cleanRun } from './records/clean.ts';
import { kasanRun } from './records/kasan.ts';
import { rigFaultRun } from './records/rig-fault.ts';

const runs = {
  clean: cleanRun(),
  kasan: kasanRun(),
  'rig fault': rigFaultRun(),
  empty: run({ jobs: [], kernels: [] }),
};

/** The words of a page, for what a person reads. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<body>')).replaceAll(/<script>[^]*?<\/script>/g, '');
  return body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

function odd(text: string): RunRecord {
  const findings = [kasan({ title: text, text, signature: text, stack: [{ function: text, file: text }] })];
  const mismatches = [
    mismatch({ rule: text, explanation: text, operations: [operation(0, text, text, 0, 1, true)] }),
  ];
  return run({
    kernels: [
      kernel({
        id: text,
        symbols: { asked: 1, got: 0, dropped: [{ symbol: text, asked: text, reason: text }] },
      }),
    ],
    jobs: [
      job({
        id: text,
        status: 'FAIL',
        culprit: 'code',
        reason: text,
        reproduce: text,
        args: [text],
        files: {},
        findings,
        mismatches,
      }),
    ],
  });
}

describe('report.html', () => {
  test.each(Object.entries(runs))('%s: needs nothing but itself', (_, record) => {
    const page = reportHtml(record);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain(`content="default-src &#39;none&#39;;`);
    expect(page).not.toMatch(/\b(src|srcset|action)=|@import|url\(|https?:/);
  });

  test('its policy admits its own script, to the byte', () => {
    const page = reportHtml(cleanRun());
    const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, code = '']) => code);
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64');
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;`);
  });

  test.each(Object.entries(runs))(
    '%s: every tag is closed, every id is once, every inner link leads somewhere',
    (_, record) => {
      const page = reportHtml(record);
      const wellFormed = page
        .replace(/<!doctype html>/, '')
        .replaceAll(/ open(?=>)/g, '')
        .replaceAll(/<(style|script)>[^]*?<\/\1>/g, '');
      expect(XMLValidator.validate(wellFormed)).toBe(true);
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
    },
  );

  test('says the verdict before all else', () => {
    const text = textOf(reportHtml(kasanRun()));
    const order = [
      'is at fault: KASAN',
      'Exit code 1',
      'Certain',
      'Kernels',
      'Jobs',
      'What the kernel said',
      'Rig',
    ];
    const places = order.map((words) => text.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test.each([
    ['a dropped symbol with its reason', 'DEBUG_PAGEALLOC=y KASAN excludes it'],
    ['a warning that the series adds', 'unused variable &#39;seq&#39;'],
    ['a decoded frame', 'find_vma_rcu+0x8c/0x1d0 mm/mmap.c:2412'],
    ['an inlined function', 'get_vma inlined mm/internal.h:45'],
    ['who freed the object', 'Freed by kmem_cache_free+0x97/0x2a0'],
    ['the VMA that was printed', 'vm_area_struct field value vma ffff888006a1c2d8'],
    ['a doubt about a report', 'may not be whole: mixed with another CPU&#39;s report'],
    ['the guilty operation', 'T0 reads page 17, finds 0 ← no order explains this'],
    ['what was possible', 'page 17: mapped read-write, holds 0x1000000004f2'],
    ['a share of speculative faults', '77.2 %'],
    ['a counter', 'vmstat.speculative_pgfault 202,449'],
    ['the command that repeats', 'npx spf run default --arch x86_64 --kernel series --profile kasan'],
  ])('shows %s', (_, words) => {
    expect(textOf(reportHtml(kasanRun()))).toContain(words);
  });

  test('unfolds the jobs that need reading', () => {
    const states = (record: RunRecord) =>
      [...reportHtml(record).matchAll(/<details class="job" id="job-([^"]*)"([^>]*)>/g)].map(
        ([, id, rest = '']) => [id, rest.includes('open')],
      );
    expect(states(kasanRun())).toEqual([
      ['x86_64-series-kasan-hammer', true],
      ['x86_64-series-race-hammer', true],
      ['x86_64-series-race-exit-storm', false],
    ]);
  });

  test('nothing that a record says becomes markup', () => {
    const tags = (page: string) => page.match(/<\/?[a-zA-Z!][^\s>]*/g);
    const harmless = tags(reportHtml(odd('x')));
    const text = fc.oneof(
      fc.constant(nasty),
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constant('"><img src=x>'),
    );
    fc.assert(
      fc.property(text, (words) => {
        const page = reportHtml(odd(words));
        expect(tags(page)).toEqual(harmless);
        expect(page.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 20 },
    );
  });

  test('a file is a link only inside of the run', () => {
    const files = {
      console: 'jobs/a/console.log',
      evil: 'javascript:alert(1)',
      far: '//host/x',
      up: '/etc/passwd',
    };
    const page = reportHtml(run({ jobs: [job({ files })] }));
    const links = [...page.matchAll(/<a href="([^#][^"]*)"/g)].map(([, href]) => href);
    expect(links).toEqual(['jobs/a/console.log']);
  });
});

describe('html``', () => {
  test('escapes values, keeps HTML, joins lists, leaves out what is absent', () => {
    const part = html`<b>${'<'}</b>`;
    expect(html`${part}${[1, '&', part]}${null}${undefined}${false}${0}`.text).toBe(
      '<b>&lt;</b>1&amp;<b>&lt;</b>0',
    );
    expect(html`<i title="${`"'`}"></i>`.text).toBe('<i title="&quot;&#39;"></i>');
  });
});

describe('the timeline', () => {
  const micros = fc.double({ min: 0, max: 1e6, noNaN: true });
  const operations = fc
    .array(fc.tuple(fc.nat(4), micros, fc.oneof(micros, fc.constant(0)), fc.boolean()), {
      minLength: 1,
      maxLength: 12,
    })
    .map((rows) =>
      rows
        .map(([thread, start, length, guilty]) =>
          operation(thread, 'READ', 'reads', start, start + length, guilty),
        )
        .sort((a, b) => a.startMicros - b.startMicros),
    );

  const rects = (svg: string) =>
    [...svg.matchAll(/<rect\s+x="([^"]*)"\s+y="([^"]*)"\s+width="([^"]*)"/g)].map(([, x, y, width]) => ({
      left: Number(x),
      y: Number(y),
      right: Number(x) + Number(width),
    }));

  test('draws every operation inside of the picture, none over another', () => {
    fc.assert(
      fc.property(operations, (ordered) => {
        const svg = timeline(ordered, 'v').text;
        const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
        const drawn = rects(svg);
        expect(drawn).toHaveLength(ordered.length);
        for (const { left, right, y } of drawn) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(right).toBeLessThanOrEqual(Number(width));
          expect(y).toBeLessThan(Number(height));
          const sameRow = drawn.filter((other) => other.y === y && other.left >= left);
          expect(sameRow.filter((other) => other.left < right - 1)).toHaveLength(1);
        }
        expect(svg.match(/class="bar access guilty"/g)?.length ?? 0).toBe(
          ordered.filter(({ guilty }) => guilty).length,
        );
      }),
      { numRuns: 300 },
    );
  });
});
