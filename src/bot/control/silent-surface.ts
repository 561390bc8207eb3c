import { McoError } from '../../core/errors.ts';
import type { RunThread, Surface } from '../../core/surface.ts';

const THREAD: RunThread = {
  whenShown: () => Promise.resolve(),
  update: () => {},
  park: () => {
    const why = 'this question to the nodes needs approval, which can not be asked for here';
    return Promise.reject(new McoError('usage/needs-approval', why, { hint: 'ask the nodes by a command of its own' }));
  },
  remind: () => Promise.resolve(),
  finish: () => Promise.resolve(),
  note: () => Promise.resolve(),
  append: () => Promise.resolve(),
  appendJobs: () => Promise.resolve(),
};

/** For a run that is part of another answer: what comes of it is told there, in other words. */
export const SILENT_SURFACE: Surface = {
  open: () => Promise.resolve(THREAD),
  refuse: () => Promise.resolve(),
  tell: () => Promise.resolve(),
  show: () => Promise.resolve(),
};
