import type { GenerationsStartInput } from '@restage/sdk';

export type Language = 'curl' | 'sdk' | 'cli';

/** Stands for a file that is not uploaded yet. */
const placeholder = 'beeble://uploads/…';

/** The same call as the form's, ready to paste. The key comes from the environment. */
export function toCode(language: Language, input: GenerationsStartInput, baseUrl: string): string {
  const complete = { ...input, source_uri: input.source_uri || placeholder };
  switch (language) {
    case 'curl':
      return toCurl(complete, baseUrl);
    case 'sdk':
      return toSdk(complete, baseUrl);
    case 'cli':
      return toCli(complete, baseUrl);
  }
}

function toCurl(input: GenerationsStartInput, baseUrl: string): string {
  return [
    `curl -s ${baseUrl}/v1/switchx/generations \\`,
    `  -H "x-api-key: $RESTAGE_API_KEY" \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d ${quote(JSON.stringify(input, null, 2))}`,
  ].join('\n');
}

function toSdk(input: GenerationsStartInput, baseUrl: string): string {
  const { source_uri, alpha_uri, reference_image_uri, alpha_mode, generation_type, ...others } = input;
  const fields = {
    source: source_uri,
    alpha: alpha_uri,
    reference: reference_image_uri,
    ...others,
    alpha_mode,
    generation_type,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name}: ${toLiteral(value)},`],
  );
  return [
    `import { Restage } from '@restage/sdk';`,
    '',
    `const restage = new Restage({ baseUrl: ${toLiteral(baseUrl)} }); // reads RESTAGE_API_KEY`,
    '',
    'const { job, render } = await restage.run({',
    ...lines,
    '});',
    `await render.save('restaged.${generation_type === 'video' ? 'mp4' : 'png'}');`,
    'console.log(job.id, job.seed);',
  ].join('\n');
}

function toCli(input: GenerationsStartInput, baseUrl: string): string {
  const options = {
    '--type': input.generation_type,
    '--alpha-mode': input.alpha_mode,
    '--alpha': input.alpha_uri,
    '--alpha-keyframe': input.alpha_keyframe_index,
    '--prompt': input.prompt,
    '--reference': input.reference_image_uri,
    '--max-resolution': input.max_resolution,
    '--seed': input.seed,
  };
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${quote(String(value))}`],
  );
  return [
    `export RESTAGE_BASE_URL=${baseUrl}  # and RESTAGE_API_KEY`,
    [`restage run ${quote(input.source_uri)}`, ...words].join(' \\\n  '),
  ].join('\n');
}

/** A word of a shell's command line. */
function quote(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A literal of TypeScript. */
function toLiteral(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
