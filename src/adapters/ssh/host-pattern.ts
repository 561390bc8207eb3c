/** One member of an OpenSSH pattern list (ssh_config(5), PATTERNS). */
export interface Pattern {
  /** Written with `!` in front. */
  readonly negated: boolean;
  /** `*` stands for any run of characters, `?` for one. */
  readonly glob: string;
}

/** Splits `web*,!web3` at its commas. */
export function parsePatternList(text: string): Pattern[] {
  return text.split(',').map((member) => {
    const negated = member.startsWith('!');
    return { negated, glob: negated ? member.slice(1) : member };
  });
}

/** Whether some member matches and no negated one does. */
export function matchesPatternList(name: string, patterns: readonly Pattern[]): boolean {
  let isMatched = false;
  for (const { negated, glob } of patterns) {
    if (!matchesGlob(name, glob)) continue;
    // INVARIANT: a negated match defeats the whole list, wherever it stands.
    if (negated) return false;
    isMatched = true;
  }
  return isMatched;
}

/** Matches without recursion: at a mismatch only the last `*` is tried again, one character longer. */
export function matchesGlob(name: string, glob: string): boolean {
  let at = 0;
  let inGlob = 0;
  let lastStar = -1;
  let retryAt = 0;
  while (at < name.length) {
    if (glob[inGlob] === '*') {
      lastStar = inGlob;
      retryAt = at;
      inGlob += 1;
    } else if (inGlob < glob.length && (glob[inGlob] === '?' || glob[inGlob] === name[at])) {
      inGlob += 1;
      at += 1;
    } else if (lastStar >= 0) {
      retryAt += 1;
      at = retryAt;
      inGlob = lastStar + 1;
    } else {
      return false;
    }
  }
  while (glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}
