import { readFixture } from '@restage/fixtures';
import { describeRestage } from './describe-renders.ts';

await describeRestage({
  portrait: await readFixture('portrait.png'),
  reference: await readFixture('sea.jpg'),
  cat: await readFixture('cat.png'),
  shot: await readFixture('bird.mp4'),
  frames: 8,
});
