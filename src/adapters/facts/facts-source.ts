import type { McoError } from '../../core/errors.ts';
import type { Facts } from '../../core/facts.ts';
import { parseClasses, parseFacts } from './parse-facts.ts';
import { createWatchedFile } from './watched-file.ts';

const CHECK_EVERY_MS = 1000;

export interface FactsSourceOptions {
  /** YAML or JSON files; of a fact in several, the last file counts. */
  readonly factFiles: readonly string[];
  /** One class in each line. */
  readonly classesFile?: string | undefined;
  /** Told once for each change for the worse. */
  onProblem(problem: McoError): void;
  /** Ms; default the machine's clock. */
  now?(): number;
}

export interface FactsSource {
  facts(): Facts;
  classes(): ReadonlySet<string>;
}

/**
 * A node's facts and classes, from memory: files are looked at once a second at most, and read when they changed.
 * Facts are replaced by name as a whole, not merged within.
 */
export function createFactsSource(options: FactsSourceOptions): FactsSource {
  const { factFiles, classesFile, onProblem, now = Date.now } = options;
  const files = factFiles.map((path) => createWatchedFile({ path, parse: parseFacts, onProblem }));
  const classFile =
    classesFile === undefined ? undefined : createWatchedFile({ path: classesFile, parse: parseClasses, onProblem });
  let facts: Facts = {};
  let checkedAt = Number.NEGATIVE_INFINITY;

  function refresh(): void {
    // A clock that was set back must not keep old facts for ever.
    if (Math.abs(now() - checkedAt) < CHECK_EVERY_MS) return;
    checkedAt = now();
    const changed = files.map((file) => file.refresh());
    if (changed.includes(true)) {
      facts = Object.fromEntries(files.flatMap((file) => Object.entries(file.value() ?? {})));
    }
    classFile?.refresh();
  }

  const none: ReadonlySet<string> = new Set();
  return {
    facts() {
      refresh();
      return facts;
    },
    classes() {
      refresh();
      return classFile?.value() ?? none;
    },
  };
}
