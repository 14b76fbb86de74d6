import pc from 'picocolors';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { installCommand, readRequirements } from '../doctor/requirements.ts';
import { survey, type Row } from '../doctor/survey.ts';
import { commandContext } from './context.ts';

const MARKS: Record<Row['state'], string> = {
  there: pc.green('✔'),
  missing: pc.red('✖'),
  doubtful: pc.yellow('!'),
};

/** What is there, what is missing, what each missing thing prevents. Exit code 2 when something is missing. */
export async function doctor(options: { json?: boolean }): Promise<ExitCode> {
  const { projectDir, cacheDir } = commandContext();
  const rows = await survey(projectDir, cacheDir);
  const install = installCommand(readRequirements(projectDir));
  if (options.json) {
    console.log(JSON.stringify({ rows, install: install ?? null }, null, 2));
  } else {
    const width = Math.max(...rows.map((row) => row.what.length));
    for (const { state, what, detail, prevents } of rows) {
      const effect = prevents ? pc.bold(` prevents: ${prevents}`) : '';
      console.log(`${MARKS[state]} ${what.padEnd(width)}  ${detail}${effect}`.trimEnd());
    }
    if (install) console.log(`\nTo install what is missing, as root:\n  ${install}`);
  }
  return rows.some((row) => row.state === 'missing') ? EXIT.usage : EXIT.clean;
}
