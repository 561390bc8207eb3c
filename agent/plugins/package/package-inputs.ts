import type { InputField } from '../../../src/core/agent-description.ts';

/** Names of Debian and rpm packages, with an architecture where wanted. Never starts with a dash, so it is no option. */
export const PACKAGE: InputField = {
  about: 'name of a package, such as `libc6` or `libc6:i386`',
  type: 'string',
  maxLength: 128,
  pattern: '[A-Za-z0-9][A-Za-z0-9+._-]*(?::[a-z0-9_-]+)?',
};

/** No blanks, no slashes, no wildcards: what the tools would read as something else than a version. */
export const VERSION: InputField = {
  about: 'this version; an older one than is installed is gone back to',
  type: 'string',
  optional: true,
  maxLength: 128,
  pattern: '[A-Za-z0-9][A-Za-z0-9.+~^_:-]*',
};
