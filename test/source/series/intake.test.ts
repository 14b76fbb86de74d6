import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../../harness/base/errors.ts';
import { patchsetHash, sha256 } from '../../../harness/source/series/hash.ts';
import { intakeSeries } from '../../../harness/source/series/intake.ts';
import { failure, git, makeContext, makeSeriesRepository, scratch, write } from '../fixture.ts';

const directory = scratch();
const ctx = makeContext(directory);
const repository = join(directory, 'repository');
const patches = join(directory, 'patches');
let names: string[];
let mails: string[];

beforeAll(() => {
  makeSeriesRepository(repository);
  git(repository, 'format-patch', '-q', '-v2', '-n', '-o', patches, 'v5.10.7..main');
  names = readdirSync(patches).sort();
  mails = names.map((name) => readFileSync(join(patches, name), 'utf8'));
});

const titles = ['mm: set line 20', 'mm: zero and 3', 'mm: add spf.c'];

test('a directory of patches', async () => {
  const series = await intakeSeries(patches, ctx);
  expect(series.name).toBe('patches');
  expect(series.patches.map(({ title }) => title)).toEqual(titles);
  expect(series.patches.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(series.patches.map(({ file }) => file)).toEqual(names);
  expect(series.hash).toBe(patchsetHash(mails.map(sha256)));
  expect(series.patches[0]).toMatchObject({
    author: { name: 'Ada Müller', email: 'ada@example.org' },
    message: 'Because it is twenty.\n\nSigned-off-by: Ada Müller <ada@example.org>',
    sha256: sha256(mails[0] ?? ''),
  });
  expect(series.patches[0]?.text).toContain('+int line_20 = 20;');
});

test('a cover letter beside the patches is passed over', async () => {
  const covered = write(
    join(directory, 'covered'),
    Object.fromEntries(names.map((name, i) => [name, mails[i] ?? ''])),
  );
  writeFileSync(
    join(covered, 'v2-0000-cover-letter.patch'),
    'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nSubject: [PATCH v2 0/3] all\n\nWords\n',
  );
  expect((await intakeSeries(covered, ctx)).patches).toHaveLength(3);
});

const manifest = (extra = '') =>
  `name: with-manifest\ntitle: T\nbase: debian:5.10\nsymbol: CONFIG_SPF\ncounter: spf\nperfEvent: 11\nsysctl: vm.spf\n${extra}patches:\n` +
  names.map((file, i) => `  - { file: ${file}, number: ${i + 20}, title: "own title ${i}" }\n`).join('');

test('series.yaml gives order, numbers, titles and facts; found by name in the project', async () => {
  const home = join(ctx.projectDir, 'kernel-config/series/with-manifest');
  write(home, {
    'series.yaml': manifest(),
    ...Object.fromEntries(names.map((name, i) => [name, mails[i] ?? ''])),
  });
  const series = await intakeSeries('with-manifest', ctx);
  expect(series).toMatchObject({
    name: 'with-manifest',
    title: 'T',
    base: 'debian:5.10',
    symbol: 'SPF',
    counter: 'spf',
    perfEvent: 11,
    sysctl: 'vm.spf',
  });
  expect(series.patches.map(({ number, title }) => [number, title])).toEqual([
    [20, 'own title 0'],
    [21, 'own title 1'],
    [22, 'own title 2'],
  ]);

  writeFileSync(join(home, 'forgotten.patch'), mails[0] ?? '');
  await expect(intakeSeries('with-manifest', ctx)).rejects.toThrow(/does not list forgotten\.patch/);
});

test('series.yaml that names a file that is not there', async () => {
  const home = write(join(directory, 'missing'), { 'series.yaml': manifest() });
  const error = await failure(intakeSeries(home, ctx));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain(names[0]);
});

const mailbox = (mails: readonly string[]) => mails.join('\n');
const asMail = (text: string, subject: string) =>
  text
    .replace(/^From [0-9a-f]{40}.*$/m, 'From ada@example.org Mon Sep 17 00:00:00 2001')
    .replace(/^Subject: .*$/m, `Subject: ${subject}`);

test('a mailbox, shuffled, with cover letter and replies', async () => {
  const [one = '', two = '', three = ''] = mails.map((mail, i) =>
    asMail(mail, `[PATCH v12 ${i + 1}/3] ${titles[i]}`),
  );
  const cover =
    'From ada@example.org Mon Sep 17 00:00:00 2001\nFrom: Ada <ada@example.org>\nSubject: [PATCH v12 0/3] cover\n\n 3 files changed\n';
  const reply = `From bob@example.org Mon Sep 17 00:00:00 2001\nFrom: Bob <bob@example.org>\nSubject: Re: [PATCH v12 1/3] ${titles[0]}\n\nWhy not\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n`;
  const path = join(
    write(directory, { 'shuffled.mbox': mailbox([three, cover, reply, one, two]) }),
    'shuffled.mbox',
  );
  const series = await intakeSeries(path, ctx);
  expect(series.name).toBe('shuffled');
  expect(series.patches.map(({ number, title }) => [number, title])).toEqual(
    titles.map((title, i) => [i + 1, title]),
  );

  write(directory, { 'gap.mbox': mailbox([one, three]) });
  await expect(intakeSeries(join(directory, 'gap.mbox'), ctx)).rejects.toThrow(
    /not whole: patch 2 of 3 is missing/,
  );
  write(directory, { 'double.mbox': mailbox([one, two, one, three]) });
  await expect(intakeSeries(join(directory, 'double.mbox'), ctx)).rejects.toThrow(/two patches 1\/3/);
  write(directory, { 'talk.mbox': mailbox([cover, reply]) });
  await expect(intakeSeries(join(directory, 'talk.mbox'), ctx)).rejects.toThrow(
    /none of its 2 messages is a patch/,
  );
});

test('git format-patch --stdout into a .patch file is a series', async () => {
  const path = join(
    write(directory, { 'all.patch': git(repository, 'format-patch', '--stdout', 'v5.10.7..main') + '\n' }),
    'all.patch',
  );
  expect((await intakeSeries(path, ctx)).patches.map(({ title }) => title)).toEqual(titles);
});

test('quoted-printable, base64 and CRLF mails are the same diffs', async () => {
  const [plain] = (await intakeSeries(patches, ctx)).patches;
  const [head = '', body = ''] = (mails[0] ?? '').split(/\n\n([^]*)/);
  const headers = head.replace(/\nContent-.*|\nMIME-Version.*/g, '');
  const encodings = {
    base64: Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\n'),
    'quoted-printable': Array.from(Buffer.from(body), (byte) =>
      byte === 10 ? '\n' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  };
  for (const [encoding, content] of Object.entries(encodings)) {
    const mail = `${headers}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: ${encoding}\n\n${content}\n`;
    for (const [name, text] of [
      [encoding, mail],
      [`${encoding}-crlf`, mail.replaceAll('\n', '\r\n')],
    ] as const) {
      const path = join(write(directory, { [`${name}.patch`]: text }), `${name}.patch`);
      const [patch] = (await intakeSeries(path, ctx)).patches;
      expect(Buffer.from(patch?.diff ?? '').toString(), name).toBe(Buffer.from(plain?.diff ?? '').toString());
      expect(patch?.title, name).toBe(plain?.title);
      expect(patch?.author, name).toEqual(plain?.author);
    }
  }
  const crlf = join(
    write(directory, { 'crlf.patch': (mails[0] ?? '').replaceAll('\n', '\r\n') }),
    'crlf.patch',
  );
  expect((await intakeSeries(crlf, ctx)).patches[0]?.diff).toEqual(plain?.diff);
});

test('a git range, and what is wrong with one', async () => {
  const series = await intakeSeries(`git:${repository}#v5.10.7..main`, ctx);
  expect(series.name).toBe('v5.10.7..main');
  expect(series.patches.map(({ title, number }) => [number, title])).toEqual(
    titles.map((title, i) => [i + 1, title]),
  );
  const again = await intakeSeries(`git:${repository}#v5.10.7..main`, ctx);
  expect(again.hash).toBe(series.hash);

  const bad = (range: string) => failure(intakeSeries(`git:${repository}#${range}`, ctx));
  expect((await bad('v5.10.7..nobody')).message).toMatch(/no commit "nobody"/);
  expect((await bad('main..main')).message).toMatch(/no commits in this range/);
  expect((await bad('main')).message).toMatch(/form A\.\.B/);
  expect((await bad('--output=/tmp/x..main')).message).toMatch(/form A\.\.B/);
  await expect(intakeSeries('git:https://example.org/linux.git#a..b', ctx)).rejects.toThrow(
    /git clone it first/,
  );
});

test('the user’s own git settings do not change a range', async () => {
  const plain = await intakeSeries(`git:${repository}#v5.10.7..main`, ctx);
  for (const [name, value] of [
    ['diff.noprefix', 'true'],
    ['diff.context', '9'],
    ['format.signOff', 'true'],
    ['format.numbered', 'true'],
  ]) {
    git(repository, 'config', name ?? '', value ?? '');
  }
  expect((await intakeSeries(`git:${repository}#v5.10.7..main`, ctx)).hash).toBe(plain.hash);
});

test('a single patch: of a series, and a mutant with words above it', async () => {
  const first = join(patches, names[1] ?? '');
  expect((await intakeSeries(first, ctx)).patches).toMatchObject([{ number: 1, title: 'mm: zero and 3' }]);

  const mutant =
    'mutant: a twist\n\nWhat it breaks.\n\n--- a/mm/mmap.c\n+++ b/mm/mmap.c\n@@ -1,2 +1,2 @@\n-one\n+eins\n two\n';
  write(join(ctx.projectDir, 'kernel-config/mutants'), { 'twist.patch': mutant });
  const series = await intakeSeries('twist', ctx);
  expect(series.name).toBe('twist');
  expect(series.patches[0]).toMatchObject({
    title: 'mutant: a twist',
    message: 'What it breaks.',
    text: mutant,
  });
});

test.each([
  [
    'a diff with an absolute path',
    'mm: x\n\n--- a/x\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n',
    /line 3: the --- and \+\+\+/,
  ],
  [
    'a new file outside',
    'mm: x\n\n--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+b\n',
    /line 4: "b\/\.\.\/x" leaves|line 4: "\.\.\/x" leaves/,
  ],
  [
    'a symlink',
    'mm: x\n\ndiff --git a/l b/l\nnew file mode 120000\nindex 0000000..1111111\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n',
    /line 4: a symbolic link/,
  ],
  ['no diff', 'mm: x\n\nnothing\n', /no diff/],
  ['a NUL byte', 'mm: x\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\0\n', /line 7: a NUL byte/],
])('a refusal names patch, line and reason: %s', async (_name, text, message) => {
  const path = join(write(directory, { 'bad.patch': text }), 'bad.patch');
  const error = await failure(intakeSeries(path, ctx));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(message);
  expect(error.message).toContain('bad.patch');
});

test('the line is the file’s own also in a mail', async () => {
  const text = (mails[2] ?? '').replace('new file mode 100644', 'new file mode 160000');
  const line = text.split('\n').findIndex((row) => row.includes('160000')) + 1;
  const path = join(write(directory, { 'module.patch': text }), 'module.patch');
  await expect(intakeSeries(path, ctx)).rejects.toThrow(
    new RegExp(`module\\.patch, line ${line}: a submodule`),
  );
});

test('too large, not there, not a file, a link out of the series', async () => {
  write(directory, { 'large.patch': 'x'.repeat(4 * 2 ** 20 + 1) });
  await expect(intakeSeries(join(directory, 'large.patch'), ctx)).rejects.toThrow(/4194305 bytes/);
  await expect(intakeSeries('nowhere', ctx)).rejects.toThrow(/no series "nowhere"/);
  await expect(intakeSeries('/dev/null', ctx)).rejects.toThrow(/neither a file nor a directory/);
  const links = join(directory, 'links');
  mkdirSync(links);
  symlinkSync('/etc/passwd', join(links, '0001-x.patch'));
  await expect(intakeSeries(links, ctx)).rejects.toThrow(/outside the series/);
  const empty = join(directory, 'empty');
  mkdirSync(empty);
  await expect(intakeSeries(empty, ctx)).rejects.toThrow(/neither series\.yaml nor/);
  await expect(intakeSeries('msgid:--help', ctx)).rejects.toThrow(/not a message-id/);
});
