import type { Facts } from '../../core/facts.ts';
import type { PackageState } from '../../core/host/package-backend.ts';
import type { ServiceState } from '../../core/host/service-backend.ts';
import type { Versions } from './distributions.ts';

/** An imaginary machine of the playground. */
export interface VirtualHost {
  readonly identity: string;
  /** All values are text or maps of text, as YAML facts are. */
  readonly facts: Facts;
  readonly classes: ReadonlySet<string>;
  /** What is installed, and what was and left its configuration. A package that is not in here was purged or never there. */
  readonly packages: Map<string, PackageState>;
  /** What its repositories have: versions by package, oldest first. */
  readonly available: ReadonlyMap<string, Versions>;
  /** What runs; changes last as long as the playground. */
  readonly services: Map<string, ServiceState>;
  /** It plays a machine that froze: it can still be found, and answers nothing else. */
  readonly wedged: boolean;
}
