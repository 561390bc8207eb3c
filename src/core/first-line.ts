const MAX_LENGTH = 300;

/** The first line of what a program said, 300 characters at most: its own words in an error. Empty when it said nothing. */
export const firstLine = (text: string): string => text.trim().split('\n')[0]?.slice(0, MAX_LENGTH) ?? '';
