import { readFootage } from '@restage/fixtures/footage';
import { describeRestage } from './describe-renders.ts';

await describeRestage({
  portrait: await readFootage('astronaut.png'),
  reference: await readFootage('coffee.png'),
  cat: await readFootage('chelsea.png'),
  shot: await readFootage('cockatoo.mp4'),
  frames: 48,
});
