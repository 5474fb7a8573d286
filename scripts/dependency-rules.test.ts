import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { expect, test } from 'vitest';
import config from '../.dependency-cruiser.ts';

const packages = ['errors', 'contract', 'core', 'api', 'sdk', 'testing', 'newcomer'];
const libraries = ['sharp', 'fast-check', 'development-library', 'undeclared-library'];
const manifest = {
  dependencies: { sharp: '1.0.0', 'fast-check': '1.0.0' },
  devDependencies: { 'development-library': '1.0.0' },
};

/** Files that break one rule each. */
const violations = [
  ['packages-below-core', 'core/src/upwards.ts', "import '@restage/api';"],
  ['packages-below-contract', 'contract/src/type.ts', "import type { A } from '@restage/core';"],
  ['packages-below-errors', 'errors/src/lazily.ts', "await import('@restage/contract');"],
  ['packages-below-testing', 'testing/src/sideways.ts', "import '@restage/sdk';"],
  ['package-without-a-rule', 'newcomer/src/index.ts', "import '@restage/errors';"],
  ['owners-of-sharp', 'core/src/pixels.ts', "import sharp from 'sharp';"],
  ['owners-of-fast-check', 'sdk/src/search.ts', "import fc from 'fast-check';"],
  ['no-cycles', 'core/src/one.ts', "import type { B } from './other.ts';"],
  ['no-paths-into-other-packages', 'core/src/path.test.ts', "import '../../api/src/index.ts';"],
  ['no-paths-out-of-tests', '../tests/chaos/src/path.ts', "import '../../../packages/core/src/index.ts';"],
  ['no-test-code-in-production', 'core/src/helped.ts', "import './testing/kit.ts';"],
  ['no-test-code-in-production', 'core/src/tested.ts', "import './allowed.test.ts';"],
  ['no-database-in-unit-tests', 'core/src/stored.test.ts', "import '@restage/testing';"],
  ['no-dev-dependencies-in-production', 'core/src/tool.ts', "import 'development-library';"],
  ['no-undeclared-dependencies-in-production', 'core/src/stranger.ts', "import 'undeclared-library';"],
  ['no-dist', 'core/src/built.ts', "import '../dist/index.js';"],
  ['no-unresolvable', 'core/src/lost.ts', "import './nowhere.ts';"],
] as const;

/** Files that are not reported. */
const allowed = [
  // A cycle is reported once, for its first file.
  ['core/src/other.ts', "import type { A } from './one.ts';"],
  ['core/src/downwards.ts', "import '@restage/contract';\nimport '@restage/errors';"],
  ['core/src/allowed.test.ts', "import '@restage/api';\nimport 'sharp';\nimport 'development-library';"],
  ['core/src/testing/kit.ts', "import '../downwards.ts';"],
  ['core/dist/index.js', ''],
  // It is published as a bundle.
  ['sdk/src/bundled.ts', "import 'development-library';"],
] as const;

test('each dependency rule reports the file that breaks it, and no other file', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'restage-dependencies-')));
  try {
    const write = async (path: string, text: string) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    for (const name of libraries) {
      await write(`node_modules/${name}/package.json`, JSON.stringify({ name, exports: './index.js' }));
      await write(`node_modules/${name}/index.js`, '');
    }
    await mkdir(join(root, 'node_modules/@restage'));
    for (const name of packages) {
      const exported = { name: `@restage/${name}`, exports: './src/index.ts', ...manifest };
      await write(`packages/${name}/package.json`, JSON.stringify(exported));
      await write(`packages/${name}/src/index.ts`, '');
      await symlink(join(root, 'packages', name), join(root, 'node_modules/@restage', name));
    }
    for (const [path, text] of allowed) await write(`packages/${path}`, text);
    for (const [, path, text] of violations) await write(`packages/${path}`, text);

    const { options, ...ruleSet } = config;
    const { output } = await cruise(['packages', 'tests'], {
      ...options,
      ruleSet,
      validate: true,
      baseDir: root,
    });
    const { summary } = output as ICruiseResult;

    const found = summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    expect([...new Set(found)].sort()).toEqual(
      violations.map(([rule, path]) => `${rule}: ${join('packages', path)}`).sort(),
    );
  } finally {
    await rm(root, { recursive: true });
  }
});
