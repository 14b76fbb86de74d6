import { expect, test } from 'vitest';
import { formatExpression } from '../../harness/kconfig/expression.ts';
import { readTree } from './tree-of.ts';

const dependencies = (text: string, symbol: string) => {
  const expression = readTree({ Kconfig: text }).definitions.get(symbol)?.[0]?.dependencies;
  return expression && formatExpression(expression);
};

test('a block lays its dependencies on what it holds, and on nothing after it', () => {
  const text = `
if NET
menu "drivers"
	depends on PCI
config E1000
	bool "e1000"
	depends on !S390 # not there
	depends on A || B
endmenu
config INET
	bool "inet"
endif
config ALONE
	bool "alone"
`;
  expect(dependencies(text, 'E1000')).toBe('NET && PCI && !S390 && (A || B)');
  expect(dependencies(text, 'INET')).toBe('NET');
  expect(dependencies(text, 'ALONE')).toBeUndefined();
});

test('a help text is no definition, whatever it says and however it is indented', () => {
  const text = `
config A
	bool "a"
	help
	  Say Y if

	  config NOT_ME
	    depends on NOTHING
config B
	bool "b"
	---help---
         Eight columns.
	depends on AFTER_HELP
config C
	bool "c"
	help
        Eight columns of spaces,
	depends on NOT_ME
`;
  const tree = readTree({ Kconfig: text });
  expect([...tree.definitions.keys()]).toEqual(['A', 'B', 'C']);
  expect(['A', 'B', 'C'].map((symbol) => dependencies(text, symbol))).toEqual([
    undefined,
    'AFTER_HELP',
    undefined,
  ]);
});

test('continued lines, several definitions, selects, ranges and defaults', () => {
  const text = `
config KASAN
	bool "kasan" if EXPERT
	select STACKDEPOT if \\
		SLUB
	default y
config KASAN
	depends on X86
config SHIFT
	int "shift"
	range 12 MAX if X86
	default 17
config LIMIT
	def_bool A && B
`;
  const tree = readTree({ Kconfig: text });
  expect(tree.definitions.get('KASAN')).toHaveLength(2);
  const [selector] = tree.selectors.get('STACKDEPOT') ?? [];
  expect(selector?.by.symbol).toBe('KASAN');
  expect(selector?.condition && formatExpression(selector.condition)).toBe('SLUB');
  const shift = tree.definitions.get('SHIFT')?.[0];
  expect(shift?.type).toBe('int');
  expect(shift?.ranges[0]?.value.map(formatExpression)).toEqual(['12', 'MAX']);
  expect(tree.definitions.get('KASAN')?.[0]?.prompt?.value).toBe('kasan');
  const limit = tree.definitions.get('LIMIT')?.[0];
  expect(limit?.defaults[0] && formatExpression(limit.defaults[0].value)).toBe('A && B');
});

test('members of one choice belong together', () => {
  const text = `
choice
	prompt "unwinder" if EXPERT
config ORC
	bool "orc"
config GUESS
	bool "guess"
endchoice
config OTHER
	bool "other"
`;
  const of = (symbol: string) => readTree({ Kconfig: text }).definitions.get(symbol)?.[0];
  expect(of('ORC')?.choice).toBeDefined();
  expect(of('ORC')?.choice).toBe(of('GUESS')?.choice);
  expect(of('OTHER')?.choice).toBeUndefined();
  expect(of('ORC')?.prompt?.condition && formatExpression(of('ORC')!.prompt!.condition!)).toBe('EXPERT');
});

test('files are followed by name, environment, pattern and place; a missing one is passed over', () => {
  const tree = readTree({
    Kconfig:
      'source "arch/$(SRCARCH)/Kconfig"\nosource "gone/Kconfig"\nif MM\nsource "mm/*.kconfig"\nendif\n',
    'arch/x86/Kconfig': 'rsource "deep/Kconfig"\n',
    'arch/x86/deep/Kconfig': 'config DEEP\n\tbool "deep"\n',
    'mm/a.kconfig': 'config A\n\tbool "a"\n',
    'mm/b.kconfig': 'config B\n\tbool "b"\n',
  });
  expect([...tree.definitions.keys()]).toEqual(['DEEP', 'A', 'B']);
  expect(tree.definitions.get('B')?.[0]?.location).toBe('mm/b.kconfig:1');
  const inherited = tree.definitions.get('B')?.[0]?.dependencies;
  expect(inherited && formatExpression(inherited)).toBe('MM');
});
