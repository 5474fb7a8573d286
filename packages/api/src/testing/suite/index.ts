export { type Door, type Doors, type Outcome, openDoors } from './doors.ts';
export { type PacedEngine, pacedEngine } from './engine.ts';
export { type LogLine, type TestWorld, testWorld, type WorldOptions } from './world.ts';
