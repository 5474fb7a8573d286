import { fixturePath } from '@restage/fixtures';
import { describeComposite } from './composite-suite.ts';

describeComposite('a drawn portrait', {
  portrait: fixturePath('portrait.png'),
  scene: fixturePath('room.png'),
});
