import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arches } from '../../../harness/arch/index.ts';
import type { Context } from '../../../harness/base/context.ts';
import type { Observer } from '../../../harness/base/steps.ts';
import type { EachRequest } from '../../../harness/campaign/each/request.ts';
import { parsePlan } from '../../../harness/plan/load.ts';
import { commit, git, makeRepository, write, type Files } from '../../source/fixture.ts';

/**
 * A tree that answers to make as a kernel's does: an object a C file, made again when the file or a header that it
 * includes is newer, and a symbol that Kconfig offers or not. $(O)/../../../runs has a line for every compilation. It
 * does not build when its output and its complaints go different ways: their order would be left to chance.
 */
const makefile = `
VERSION = 5
PATCHLEVEL = 10
SUBLEVEL = 0
export CCACHE_DISABLE := 1
files := $(notdir $(wildcard $(abs_srctree)/mm/*.c))
objects := $(files:%.c=$(O)/mm/%.o)
-include $(objects:.o=.d)
symbol := $(shell grep -qs CONFIG_SPF=y $(O)/.config && echo -DCONFIG_SPF)
allnoconfig:
	@cp $(KCONFIG_ALLCONFIG) $(O)/.config
	@test ! -e $(abs_srctree)/twice || echo "mm/Kconfig:3:warning: twice"
olddefconfig:
	@grep -q '^config SPF' $(abs_srctree)/Kconfig || sed -i '/CONFIG_SPF[= ]/d' $(O)/.config
vmlinux: $(objects)
	@test "$$(readlink /proc/$$$$/fd/1)" = "$$(readlink /proc/$$$$/fd/2)"
	@test ! -e $(O)/../../../wait || read line < $(O)/../../../wait
	@echo "  LD      vmlinux"
	@test ! -e $(abs_srctree)/mismatch || echo "WARNING: modpost: vmlinux.o: section mismatch" >&2
	@ld -r -o $(O)/vmlinux $(objects)
mm/%.o: $(O)/mm/%.o
	@:
$(O)/mm/%.o: $(abs_srctree)/mm/%.c
	@mkdir -p $(@D)
	@echo $* >> $(O)/../../../runs
	@echo "  CC      mm/$*.o"
	@$(CC) -Wall -MMD $(KCFLAGS) $(symbol) -I$(abs_srctree)/include -c $< -o $@
`;

/** Complains in checkpatch's own form about blanks at the end of a line and about printk. */
const checkpatch = `
my $file = $ARGV[-1];
my $bad = 0;
open(my $patch, '<', $file) or die "cannot open $file";
while (<$patch>) {
	if (/^\\+.*[ \\t]$/) { print "$file:$.: ERROR:TRAILING_WHITESPACE: trailing whitespace\\n"; $bad = 1; }
	if (/^\\+.*printk/) { print "$file:$.: WARNING:PRINTK: prefer pr_info\\n"; $bad = 1; }
}
exit $bad;
`;

export const base: Files = {
  Makefile: makefile,
  Kconfig: 'config A\n\tbool "a"\n',
  'scripts/checkpatch.pl': checkpatch,
  'include/mm.h': 'int shared(void);\n',
  'mm/a.c': '#include "mm.h"\nstatic int old;\nint a(void) { return shared(); }\n',
  'mm/b.c': 'int b(void) { return 0; }\n',
};
export const kconfig = `${String(base['Kconfig'])}config SPF\n\tbool "spf"\n`;

export interface Step {
  readonly title: string;
  readonly files: Files;
}

/** What a careless author sends: a patch a mistake. */
export const careless: readonly Step[] = [
  { title: 'mm: prepare', files: { 'mm/b.c': 'int b(void) { return 1; }\n' } },
  { title: 'mm: offer SPF', files: { Kconfig: kconfig } },
  { title: 'mm: break it', files: { 'mm/b.c': 'int b(void) { return nonsense; }\n' } },
  {
    title: 'mm: mend it, unused with SPF',
    files: {
      'mm/b.c': '#ifdef CONFIG_SPF\nstatic int unused;\n#endif\nint b(void) { return 2; }\n',
    },
  },
  { title: 'mm: blanks', files: { 'mm/a.c': `${String(base['mm/a.c'])}int c; \n` } },
  { title: 'docs: printk', files: { Documentation: 'of printk\n', 'arch/other/fault.c': 'none\n' } },
];

export interface Toy {
  readonly root: string;
  readonly ctx: Context;
  readonly request: EachRequest;
  /** `step:3 ok …`, as the observer is told. */
  readonly told: string[];
  readonly observer: Observer;
  readonly cancel: AbortController;
  /** Names of the files compiled so far, in order. */
  compiled(): string[];
}

/** A project with a profile, a repository with base and topic, and an empty cache. */
export function makeToy(steps: readonly Step[], start: Files = base, plan = 'symbol: SPF'): Toy {
  const root = mkdtempSync(join(tmpdir(), 'spf-each-'));
  const linux = makeRepository(join(root, 'linux'), start);
  git(linux, 'tag', 'base');
  for (const { title, files } of steps) commit(linux, files, title);
  git(linux, 'tag', 'topic');
  write(join(root, 'project/kernel-config'), {
    'base.config': '',
    'arch/x86_64.config': '',
    'profiles/each.config': 'CONFIG_A=y # must\n',
  });
  const told: string[] = [];
  const cancel = new AbortController();
  const runs = join(root, 'cache/build/runs');
  return {
    root,
    told,
    cancel,
    ctx: {
      cacheDir: join(root, 'cache'),
      projectDir: join(root, 'project'),
      signal: cancel.signal,
      notify: () => undefined,
    },
    request: requestOf(root, `git:${linux}#base`, `git:${linux}#base..topic`, plan),
    observer: {
      plan: () => undefined,
      begin: () => undefined,
      progress: () => undefined,
      end: (id, { outcome, text }) => void told.push(`${id} ${outcome} ${text}`),
    },
    compiled: () => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n') : []),
  };
}

export function requestOf(root: string, tree: string, series: string, plan = 'symbol: SPF'): EachRequest {
  const text = `{ name: toy, base: "${tree}", series: "${series}", jobs: [{ workload: hammer }], ${plan} }`;
  return {
    plan: parsePlan(text, 'toy.yaml'),
    planSha256: '0'.repeat(64),
    planArgument: 'toy.yaml',
    overrides: [],
    arches: [arches.x86_64],
    profile: 'each',
    scope: 'vmlinux',
    extraSeries: [],
    outDir: join(root, 'out'),
  };
}

export const discard = ({ root }: Toy): void => rmSync(root, { recursive: true, force: true });
