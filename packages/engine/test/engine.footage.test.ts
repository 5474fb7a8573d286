import { footagePath } from '@restage/fixtures/footage';
import { describeComposite } from './composite-suite.ts';
import { testShot } from './shot-suite.ts';

describeComposite('a photograph', {
  portrait: footagePath('astronaut.png'),
  scene: footagePath('coffee.png'),
});

testShot('real footage', footagePath('cockatoo.mp4'), 48);
