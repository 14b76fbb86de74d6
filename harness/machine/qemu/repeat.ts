import { quoteCommand } from '../ssh/quote.ts';
import { files } from './command-line.ts';

/** A script that boots the same guest again by hand, console on the terminal. */
export function repeatScript(directory: string, initramfs: string, argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  const lines = grouped(rest).map((words) => `  ${quoteCommand(words)}`);
  return [
    '#!/bin/sh',
    `# Boots this guest again. To log in, put a port in place of the 0 in hostfwd, say 2222, and`,
    `#   ssh -i ${quoteCommand([`${directory}/${files.key}`])} -p 2222 root@127.0.0.1`,
    `cd ${quoteCommand([directory])} || exit`,
    `cat ${quoteCommand([initramfs, files.bootArchive])} >${files.initramfs} || exit`,
    [`exec ${quoteCommand([program])}`, ...lines].join(' \\\n'),
    '',
  ].join('\n');
}

/** Options with their values, one pair a line. */
function grouped(words: readonly string[]): string[][] {
  return words.reduce<string[][]>((groups, word) => {
    const last = groups.at(-1);
    if (word.startsWith('-') || last === undefined) groups.push([word]);
    else last.push(word);
    return groups;
  }, []);
}
