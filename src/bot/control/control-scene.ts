import type { Options } from '../../core/command.ts';
import type { Scene } from '../handled.ts';

/** A command about runs, or about the bot. `typed` is the text that the spans of its words refer to. */
export interface ControlScene extends Scene {
  readonly typed: string;
  readonly options: Options;
}
