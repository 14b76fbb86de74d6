import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arches } from '../../harness/arch/index.ts';
import type { Context, Progress } from '../../harness/base/context.ts';

/**
 * A tree that answers to make as a kernel's does, in a fraction of a second: the same targets, variables and words,
 * one C file, and a line in $(O)/../../../runs for each run of make. With a file `stale` it leaves an image alone that is there.
 */
const makefile = `
objects := $(O)
image := $(O)/arch/x86/boot/bzImage
export CCACHE_DISABLE := 1
allnoconfig:
	@cp $(KCONFIG_ALLCONFIG) $(objects)/.config
olddefconfig:
	@sed -i /GONE/d $(objects)/.config
scripts:
	@echo ran >> $(objects)/../../../runs
	@mkdir -p $(objects)/arch/x86/boot $(objects)/include/config
	@echo "  HOSTCC  scripts/basic/fixdep"
bzImage: scripts
	@test ! -e $(abs_srctree)/wait || read line < $(abs_srctree)/wait
	@$(CC) -Wall $(KCFLAGS) -c $(abs_srctree)/mm.c -o $(objects)/vmlinux
	@echo "  CC      mm.o"
	@test -e $(abs_srctree)/stale -a -e $(image) || (cat $(objects)/vmlinux; echo "5.10.0$(LOCALVERSION) (toy)") > $(image)
	@echo map > $(objects)/System.map
	@echo 5.10.0$(LOCALVERSION) > $(objects)/include/config/kernel.release
`;

export interface Toy {
  readonly ctx: Context;
  readonly tree: { directory: string; key: string };
  readonly root: string;
  readonly progress: Progress[];
  readonly cancel: AbortController;
}

/** A project with one profile, a toy tree with the given C file, and an empty cache. */
export async function makeToy(code: string, profile = 'CONFIG_A=y # must\n'): Promise<Toy> {
  const root = await mkdtemp(join(tmpdir(), 'toy-kernel-'));
  const tree = join(root, 'tree');
  const config = join(root, 'project', 'kernel-config');
  await mkdir(tree);
  for (const name of ['arch', 'profiles']) await mkdir(join(config, name), { recursive: true });
  await writeFile(join(tree, 'Makefile'), makefile);
  await writeFile(
    join(tree, 'Kconfig'),
    'config A\n\tbool "a"\nconfig GONE\n\tbool "gone"\n\tdepends on B\n',
  );
  await writeFile(join(tree, 'mm.c'), code);
  await writeFile(join(config, 'base.config'), '');
  await writeFile(join(config, 'arch/x86_64.config'), '');
  await writeFile(join(config, 'profiles/toy.config'), profile);
  const progress: Progress[] = [];
  const cancel = new AbortController();
  const ctx = {
    cacheDir: join(root, 'cache'),
    projectDir: join(root, 'project'),
    signal: cancel.signal,
    notify: (one: Progress) => void progress.push(one),
  };
  return { ctx, tree: { directory: tree, key: 'toy' }, root, progress, cancel };
}

export const toyRequest = ({ tree }: Toy) => ({ tree, arch: arches.x86_64, profile: 'toy', label: 'base' });
