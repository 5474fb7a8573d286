import { fixturePath } from '@restage/fixtures';
import { testShot } from './shot-suite.ts';

testShot('a drawn shot', fixturePath('bird.mp4'), 12);
