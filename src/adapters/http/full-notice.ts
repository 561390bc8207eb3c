/** Tells once that something is full, and again only after half of it was free meanwhile. */
export interface FullNotice {
  noteFull(): void;
  noteCount(count: number): void;
}

export function createFullNotice(max: number, tell: () => void): FullNotice {
  let told = false;
  return {
    noteFull() {
      if (told) return;
      told = true;
      tell();
    },
    noteCount(count) {
      if (count <= max / 2) told = false;
    },
  };
}
