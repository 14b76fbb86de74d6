import { MADV, MAP, MCL, MREMAP, PROT } from '../../model/address-space/flags.ts';
import {
  addresses,
  lengths,
  signatures,
  type Operation,
  type Program,
} from '../../model/address-space/operation.ts';

/**
 * A program as C that a kernel developer compiles without anything of ours: `cc repro.c && ./a.out`. It prints what each
 * call gave and the address space around the arena in the end.
 */

const PAGE = 4096;

/** @param comments a line each, for the top of the file. */
export function cProgram(program: Program, comments: readonly string[]): string {
  const withFiles = program.some(({ name, args }) => name === 'mmap' && (args[4] ?? -1) >= 0);
  const withBrk = program.some(({ name }) => name === 'brk');
  const body = blocks(program, 0, program.length, 1);
  return [
    ...comments.map((line) => `/* ${line.replaceAll('*/', '* /')} */`),
    '#define _GNU_SOURCE',
    ...[
      'errno',
      'fcntl',
      'signal',
      'stdio',
      'stdint',
      'stdlib',
      'string',
      'sys/mman',
      'sys/syscall',
      'sys/wait',
      'unistd',
    ].map((header) => `#include <${header}.h>`),
    '',
    '#define PAGE(n) (base + (n) * 4096ul)',
    '#define CALL(number, ...) (errno = 0, printf("%-60s = %#lx (%s)\\n", #number ", " #__VA_ARGS__, \\',
    '\tsyscall(number, __VA_ARGS__), strerror(errno)))',
    `static unsigned long base = ${withBrk ? '0' : '0x10000000'};`,
    '',
    'static void show(void)',
    '{',
    '\tunsigned long start, end;',
    '\tchar line[512];',
    '\tFILE *maps = fopen("/proc/self/maps", "r");',
    '\twhile (fgets(line, sizeof line, maps))',
    '\t\tif (sscanf(line, "%lx-%lx", &start, &end) == 2 && end > base && start < PAGE(1024))',
    '\t\t\tprintf("pages %ld to %ld: %s", (long)(start - base) / 4096, (long)(end - base) / 4096, line);',
    '\tfclose(maps);',
    '}',
    '',
    'int main(void)',
    '{',
    '\tsetbuf(stdout, NULL);',
    ...(withBrk ? ['\tbase = ((unsigned long)sbrk(0) + 4095) & ~4095ul;', '\tsyscall(SYS_brk, base);'] : []),
    ...(withFiles ? fileLines : []),
    ...body,
    '\tshow();',
    '}',
    '',
  ].join('\n');
}

/** startFiles() of the model, without contents. */
const fileLines = [
  '\tint files[4] = { memfd_create("conform-0", 0), 0, memfd_create("conform-1", 0), -1 };',
  '\tchar again[32];',
  '\tsprintf(again, "/proc/self/fd/%d", files[0]);',
  '\tfiles[1] = open(again, O_RDONLY);',
  '\tif (ftruncate(files[0], 16 * 4096) || ftruncate(files[2], 5 * 4096 + 100))',
  '\t\treturn 1;',
];

function blocks(program: Program, from: number, to: number, depth: number): string[] {
  const lines: string[] = [];
  const indent = '\t'.repeat(depth);
  for (let index = from; index < to; index++) {
    const operation = program[index] as Operation;
    if (operation.name !== 'fork') {
      lines.push(`${indent}${statement(operation)}`);
      continue;
    }
    const end = Math.min(to, index + 1 + (operation.args[0] ?? 0));
    lines.push(`${indent}if (fork() == 0) {`, ...blocks(program, index + 1, end, depth + 1));
    lines.push(`${indent}\tshow();`, `${indent}\texit(0);`, `${indent}}`, `${indent}wait(NULL);`);
    index = end - 1;
  }
  return lines;
}

function statement({ name, args }: Operation): string {
  const kinds = signatures[name];
  const a = args.map((value, index) => argument(kinds[index] ?? 'int', value));
  const [first = '0', second = '0', third = '0', , fifth = '0'] = a;
  switch (name) {
    case 'mmap': {
      const file = (args[4] ?? -1) < 0 ? '-1' : `files[${args[4]}]`;
      const flags = mapFlags(args[3] ?? 0);
      return `CALL(SYS_mmap, ${first}, ${second}, ${names(PROT, args[2] ?? 0)}, ${flags}, ${file}, ${a[5]});`;
    }
    case 'mprotect':
      return `CALL(SYS_mprotect, ${first}, ${second}, ${names(PROT, args[2] ?? 0)});`;
    case 'madvise':
      return `CALL(SYS_madvise, ${first}, ${second}, ${third} /* MADV_${nameOf(MADV, args[2] ?? 0)} */);`;
    case 'mremap':
      return `CALL(SYS_mremap, ${first}, ${second}, ${third}, ${names(MREMAP, args[3] ?? 0)} /* MREMAP_ */, ${fifth});`;
    case 'mlockall':
      return `CALL(SYS_mlockall, ${first} /* ${names(MCL, args[0] ?? 0)} */);`;
    case 'read':
      return `printf("read %#lx\\n", *(volatile unsigned long *)${first});`;
    case 'write':
      return `*(volatile unsigned long *)${first} = ${second};`;
    case 'execute':
      return `((void (*)(void))${first})();`;
    case 'fork':
      return 'fork();';
    case 'munmap':
    case 'brk':
    case 'mlock':
    case 'mlock2':
    case 'munlock':
    case 'munlockall':
    case 'msync':
    case 'remap_file_pages':
      return `CALL(SYS_${[name, ...a].join(', ')});`;
  }
}

function argument(kind: string, value: number): string {
  if (kind === 'int') return String(value);
  if (kind === 'len') return value < 0 ? hexOf(lengths[-1 - value] ?? 0) : lengthText(value);
  if (value < 0) return hexOf(addresses[-1 - value] ?? 0);
  const within = value % PAGE;
  return within === 0 ? `PAGE(${value / PAGE})` : `(PAGE(${(value - within) / PAGE}) + ${within})`;
}

const hexOf = (value: number): string => (value >= 2 ** 64 ? '-1ul' : `0x${value.toString(16)}ul`);
const lengthText = (bytes: number): string =>
  bytes > 0 && bytes % PAGE === 0 ? `${bytes / PAGE} * 4096ul` : `${bytes}ul`;

function mapFlags(flags: number): string {
  const { TYPE, SHARED_VALIDATE, SHARED, PRIVATE, ...bits } = MAP;
  const type = { [SHARED]: 'MAP_SHARED', [PRIVATE]: 'MAP_PRIVATE', [SHARED_VALIDATE]: 'MAP_SHARED_VALIDATE' }[
    flags & TYPE
  ];
  const rest = Object.entries(bits).flatMap(([name, bit]) => (flags & bit ? [`MAP_${name}`] : []));
  return [type ?? String(flags & TYPE), ...rest].join(' | ');
}

function names(table: Readonly<Record<string, number>>, value: number): string {
  const prefix = table === PROT ? 'PROT_' : table === MREMAP ? 'MREMAP_' : 'MCL_';
  const known = Object.entries(table).filter(([, bit]) => value & bit);
  const rest = known.reduce((left, [, bit]) => left & ~bit, value);
  const words = known.map(([name]) => (name === 'SEM' ? '8' : prefix + name));
  if (rest !== 0 || words.length === 0) words.push(rest === 0 && table === PROT ? 'PROT_NONE' : String(rest));
  return words.join(' | ');
}

const nameOf = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(table).find(([, one]) => one === value)?.[0] ?? '?';
