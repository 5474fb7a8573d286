import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser';

/** The packages that the production code of each package may import. Dependencies point down. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  contract: ['errors'],
  db: ['errors', 'contract'],
  storage: ['errors', 'contract'],
  media: ['errors', 'contract'],
  pixels: [],
  matting: ['errors', 'contract', 'pixels'],
  scenes: ['errors', 'contract', 'pixels'],
  engine: ['errors', 'contract', 'media', 'pixels', 'matting', 'scenes'],
  core: ['errors', 'contract', 'db', 'storage', 'media', 'engine'],
  api: ['errors', 'contract', 'storage', 'core'],
  'cli-kit': [],
  server: ['errors', 'contract', 'db', 'storage', 'media', 'engine', 'core', 'api', 'cli-kit'],
  sdk: ['errors'],
  cli: ['errors', 'contract', 'sdk', 'cli-kit'],
  console: ['sdk'],
  testing: ['errors', 'contract', 'db', 'storage', 'media', 'engine', 'core', 'api'],
};

/** The packages whose production code may import a library. Libraries that only tests use have none. */
const libraryOwners: Readonly<Record<string, readonly string[]>> = {
  'drizzle-orm': ['db', 'core'],
  hono: ['api', 'server'],
  '@hono/node-server': ['api', 'server'],
  sharp: ['engine'],
  'node-av': ['engine'],
  'onnxruntime-node': ['matting'],
  mediabunny: ['media', 'console'],
  undici: ['media'],
  '@modelcontextprotocol/sdk': ['cli'],
  '@aws-sdk/client-s3': ['storage'],
  '@aws-sdk/s3-request-presigner': ['storage'],
  '@smithy/core': ['storage'],
  '@20minutes/s3rver': [],
  commander: ['cli-kit'],
  '@opentelemetry': ['server'],
  '@commander-js/extra-typings': ['cli-kit'],
  '@seriousme/openapi-schema-validator': [],
  'fast-check': [],
  standardwebhooks: ['core'],
};

/** These are published as one bundle, so what goes into the bundle is a devDependency. */
const bundledPackages = ['api', 'sdk', 'cli', 'server'];

const anyPackage = '^(?:packages|apps)/';
const inPackages = (names: readonly string[]) => `${anyPackage}(?:${names.join('|')})/`;

const testCode = [
  '^tests/',
  '[.]test(?:-d)?[.]tsx?$',
  '-kit[.]ts$',
  '/(?:testing|suite)/',
  `${anyPackage}[^/]+/test/`,
];
const productionCode = { path: `${anyPackage}[^/]+/src/`, pathNot: testCode };

const packageRules = Object.entries(allowedPackages).map(
  ([name, allowed]): IForbiddenRuleType => ({
    name: `packages-below-${name}`,
    severity: 'error',
    // The package `testing` is test code throughout, and its imports point down too.
    from: { path: `${inPackages([name])}src/`, ...(name !== 'testing' && { pathNot: testCode }) },
    to: { path: anyPackage, pathNot: inPackages([name, ...allowed]) },
  }),
);

const libraryRules = Object.entries(libraryOwners).map(
  ([library, owners]): IForbiddenRuleType => ({
    name: `owners-of-${library}`,
    severity: 'error',
    from: { path: productionCode.path, pathNot: [...testCode, inPackages(owners)] },
    to: { path: `(?:^|/)node_modules/${library}/` },
  }),
);

export default {
  forbidden: [
    ...packageRules,
    {
      name: 'package-without-a-rule',
      comment: 'A package that imports others of ours needs an entry in allowedPackages.',
      severity: 'error',
      from: { path: `^((?:packages|apps)/(?!(?:${Object.keys(allowedPackages).join('|')})/)[^/]+/)src/` },
      to: { path: anyPackage, pathNot: '^$1' },
    },
    ...libraryRules,
    {
      name: 'no-cycles',
      comment: 'Cycles of types count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-paths-into-other-packages',
      comment: 'Import a package by its name. Scripts of the root depend on no package, and may use paths.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+/)' },
      to: { dependencyTypes: ['local'], pathNot: '^$1' },
    },
    {
      name: 'no-paths-out-of-tests',
      comment:
        'As above. But apps/server exports nothing, so the chaos test uses paths into it. Both tests use the scripts that start programs.',
      severity: 'error',
      from: { path: '^(tests/[^/]+/)' },
      to: {
        dependencyTypes: ['local'],
        pathNot: ['^$1', '^apps/server/src/', '^scripts/(?:bundle|chromium|programs)[.]ts$'],
      },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: productionCode,
      to: { path: testCode, pathNot: 'node_modules' },
    },
    {
      name: 'no-database-in-unit-tests',
      comment: 'test:unit runs the tests in src, without a database.',
      severity: 'error',
      from: { path: `${anyPackage}[^/]+/src/.*[.]test[.]tsx?$` },
      to: { path: '^packages/(?:db/test/support/(?!temporary)|testing/)' },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      from: { path: productionCode.path, pathNot: [...testCode, inPackages(bundledPackages)] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'no-undeclared-dependencies-in-production',
      severity: 'error',
      from: productionCode,
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dist',
      severity: 'error',
      from: {},
      to: { path: '(?:^|/)dist/', pathNot: 'node_modules' },
    },
    {
      name: 'no-unresolvable',
      comment: 'What is not found escapes every other rule. The programs in scripts/runtimes run elsewhere.',
      severity: 'error',
      from: { pathNot: '^scripts/runtimes/[^/]+[.]js$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Imports of types count.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '(?:^|/)dist/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
} satisfies IConfiguration;
