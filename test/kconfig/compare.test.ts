import { expect, test } from 'vitest';
import { compareAsks } from '../../harness/kconfig/compare.ts';
import { insistOnMust } from '../../harness/kconfig/configure.ts';
import { hashDotConfig, parseDotConfig } from '../../harness/kconfig/dotconfig.ts';
import { parseFragment } from '../../harness/kconfig/fragment.ts';
import { readTree } from './tree-of.ts';

const tree = readTree({
  Kconfig: `
config DEBUG_VM
	bool "debug vm"
	depends on DEBUG_KERNEL
config DEBUG_KERNEL
	bool "debug kernel"
config DEBUG_VM_RB
	bool "debug vm rb"
	depends on DEBUG_VM
config HAVE_ARCH_KASAN
	bool
config HAVE_ARCH_LATER
	bool
config CC_HAS_KASAN
	def_bool $(cc-option, -fsanitize=kernel-address)
config KASAN
	bool "kasan"
	depends on (HAVE_ARCH_KASAN && CC_HAS_KASAN) || SW_TAGS
config SW_TAGS
	bool "tags"
	depends on $(cc-option, -fsanitize=kernel-hwaddress)
config NEEDS_ARCH
	bool "needs arch"
	depends on HAVE_ARCH_LATER && HAVE_ARCH_KASAN
config PPC
	bool "ppc"
	select HAVE_ARCH_KASAN if PPC32
config EXPERT
	bool "expert"
config FANCY
	bool "fancy" if EXPERT
config PLAIN
	bool "plain" if EXPERT
config TRACING
	bool
config TRACERS
	bool "tracers"
	select TRACING
config STALL
	int "stall"
	range 3 300
config MODULES
	bool "modules"
config DRIVER
	tristate "driver"
choice
	prompt "unwinder"
config ORC
	bool "orc"
config FRAMES
	bool "frames"
endchoice
config MIXED
	bool "mixed"
	depends on $(cc-option, -fmixed) && TRACERS && DEBUG_KERNEL
config SHY
	int "shy" if EXPERT
	range 1 9
config HZ
	int
	default 250
`,
});

const config = parseDotConfig(`
# CONFIG_DEBUG_KERNEL is not set
CONFIG_TRACERS=y
CONFIG_TRACING=y
CONFIG_FRAMES=y
CONFIG_PLAIN=y
CONFIG_STALL=21
CONFIG_DRIVER=y
CONFIG_HZ=250
CONFIG_SHY=5
`);

const reasonsFor = (line: string) =>
  compareAsks(parseFragment(line, 'f'), config, () => tree).map(({ reason }) => reason);

test.each([
  ['CONFIG_DEBUG_VM_RB=y', 'got n: depends on DEBUG_VM, which is n'],
  ['CONFIG_DEBUG_VM=y', 'got n: depends on DEBUG_KERNEL, which is n'],
  ['CONFIG_SPECULATIVE=y', 'no such symbol on this base'],
  [
    'CONFIG_KASAN=y',
    'got n: depends on HAVE_ARCH_KASAN && CC_HAS_KASAN || SW_TAGS (HAVE_ARCH_KASAN is n, CC_HAS_KASAN is n, SW_TAGS is n)',
  ],
  [
    'CONFIG_NEEDS_ARCH=y',
    'got n: depends on HAVE_ARCH_LATER, which is n: it has no prompt and nothing on this architecture selects it, ' +
      'and on HAVE_ARCH_KASAN, which is n: it has no prompt, only these select it: PPC if PPC32',
  ],
  ['CONFIG_MIXED=y', 'got n: depends on DEBUG_KERNEL, which is n'],
  ['CONFIG_SHY=7', 'got 5: can be set only if EXPERT, which is n'],
  [
    'CONFIG_SW_TAGS=y',
    'got n: depends on $(cc-option, -fsanitize=kernel-hwaddress), which the toolchain did not grant',
  ],
  [
    'CONFIG_CC_HAS_KASAN=y',
    'got n: cannot be asked for: it has no prompt and its default decides: $(cc-option, -fsanitize=kernel-address)',
  ],
  ['CONFIG_FANCY=y', 'got n: can be set only if EXPERT, which is n'],
  ['CONFIG_ORC=y', 'got n: another member of its choice was taken: FRAMES'],
  ['# CONFIG_TRACING is not set', 'got y: selected by TRACERS'],
  ['# CONFIG_PLAIN is not set', 'got y: can be turned off only if EXPERT, which is n'],
  ['CONFIG_STALL=1000', 'got 21: out of its range 3 to 300'],
  ['CONFIG_DRIVER=m', 'got y: modules are off: MODULES is n'],
  ['CONFIG_HZ=1000', 'got 250: cannot be asked for: it has no prompt and its default decides: 250'],
])('%s: %s', (line, reason) => {
  expect(reasonsFor(line)).toEqual([reason]);
});

test.each([
  'CONFIG_TRACERS=y',
  '# CONFIG_DEBUG_VM is not set',
  'CONFIG_STALL=0x15',
  '# CONFIG_NOWHERE is not set',
])('met, and the tree is not even read: %s', (line) => {
  const read = () => {
    throw new Error('read for nothing');
  };
  expect(compareAsks(parseFragment(line, 'f'), config, read)).toEqual([]);
});

test('a must-have that was dropped stops with exit code 2; others do not', () => {
  const dropped = compareAsks(
    parseFragment('CONFIG_DEBUG_VM_RB=y # must\nCONFIG_ORC=y', 'f'),
    config,
    () => tree,
  );
  expect(() => insistOnMust(dropped)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: expect.stringMatching(/CONFIG_DEBUG_VM_RB=y: got n: depends on DEBUG_VM(?!.*ORC)/s) as string,
    }),
  );
  expect(() => insistOnMust(dropped.filter(({ must }) => !must))).not.toThrow();
});

test('the hash is of the settings, not of comments and order', () => {
  const hash = (text: string) => hashDotConfig(parseDotConfig(text));
  expect(hash('# today\nCONFIG_A=y\nCONFIG_B="x"\n')).toBe(
    hash('CONFIG_B="x"\n# CONFIG_C is not set\nCONFIG_A=y\n'),
  );
  expect(hash('CONFIG_A=y\n')).not.toBe(hash('CONFIG_A=m\n'));
});
