/**
 * The dependency rule of docs/architecture.md, as a check: data flows one way.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const folder = (...names) => `^harness/(${names.join('|')})/`;
const otherThan = (...names) => ({ path: '^harness/', pathNot: folder(...names) });

const pure = ['model', 'console', 'verdict', 'mutation', 'coverage'];
const rooms = ['source', 'kconfig', 'build', 'machine', 'workload', 'plan', 'store', 'arch'];

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-has-no-effects',
      comment:
        'model, console, verdict, mutation and coverage compute: no processes, no network, no files, no clock',
      severity: 'error',
      from: { path: folder(...pure) },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^node_modules/zod/' },
    },
    {
      name: 'pure-knows-only-pure',
      severity: 'error',
      from: { path: folder(...pure) },
      to: otherThan(...pure, 'arch', 'base'),
    },
    {
      name: 'reports-only-read',
      comment: 'report turns a record into text; it cannot change a result',
      severity: 'error',
      from: { path: folder('report') },
      to: otherThan('report', 'store', 'console', 'base'),
    },
    { name: 'arch-is-data', severity: 'error', from: { path: folder('arch') }, to: otherThan('arch') },
    {
      name: 'base-is-the-bottom',
      severity: 'error',
      from: { path: folder('base') },
      to: otherThan('base'),
    },
    {
      name: 'rooms-do-not-know-the-campaign',
      severity: 'error',
      from: { path: folder(...rooms, ...pure, 'report') },
      to: { path: folder('campaign', 'cli') },
    },
    {
      name: 'only-cli-is-the-edge',
      severity: 'error',
      from: { pathNot: '^(harness/cli|test)/' },
      to: { path: folder('cli') },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { path: '^harness/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|.cache)/' },
  },
};
