import type { AgentDescription } from './agent-description.ts';
import { writeCanonicalJson } from './canonical-json.ts';
import type { Hash } from './ports.ts';

/** Names a description by what it says: SHA-256 of its canonical JSON, 64 hex digits. */
export const digestDescription = (hash: Hash, description: AgentDescription): string =>
  hash(writeCanonicalJson(description));
