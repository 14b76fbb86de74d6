import { UsageError } from '../../base/errors.ts';

/**
 * An argument array as one command for sh(1), which is all that SSH can carry (RFC 4254, 6.5). Every byte arrives as
 * it is: nothing is expanded inside single quotes (POSIX.1-2017, Shell Command Language 2.2.2).
 *
 * @throws UsageError for an empty array, and for a NUL, which no argument can hold.
 */
export function quoteCommand(argv: readonly string[]): string {
  if (argv.length === 0) throw new UsageError('a command needs at least a program');
  return argv.map(quote).join(' ');
}

function quote(argument: string): string {
  if (argument.includes('\0')) throw new UsageError(`an argument holds a NUL: ${JSON.stringify(argument)}`);
  return /^[\w%+,./:@-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
