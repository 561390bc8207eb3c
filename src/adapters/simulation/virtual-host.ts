import type { Facts } from '../../core/facts.ts';
import type { PackageState, ServiceState } from '../../core/host.ts';

/** An imaginary machine of the playground. */
export interface VirtualHost {
  readonly identity: string;
  /** All values are text or maps of text, as YAML facts are. */
  readonly facts: Facts;
  readonly classes: ReadonlySet<string>;
  /** What is installed; updates change it. A package that is not in here was purged or never there. */
  readonly packages: Map<string, PackageState>;
  /** The version that an update would bring, by package. */
  readonly newest: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, ServiceState>;
  /** It plays a machine that froze: it can still be found, and answers nothing else. */
  readonly wedged: boolean;
}
