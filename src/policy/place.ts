/** The chats a place can be in. */
export const PLACE_KINDS = ['slack', 'mattermost', 'console', 'unix'] as const;

/** The same characters as in accounts. Direct messages (`D...`) and private channels (`G...`) are channels, too. */
const TEAM = '[TE][A-Z0-9]{1,30}';
const CHANNEL = '[CDG][A-Z0-9]{1,30}';
const HOST = '[a-z0-9][a-z0-9.-]{0,150}(?::[0-9]{1,5})?';
const MATTERMOST_CHANNEL = '[a-z0-9]{1,40}';

const PLACE = new RegExp(`^(?:console|unix|slack:${TEAM}/${CHANNEL}|mattermost:${HOST}/${MATTERMOST_CHANNEL})$`);

/**
 * A place, a whole chat (`mattermost:*`) or a part of one (`slack:T024BE7LD/*`). INVARIANT: nothing else: a denial for a
 * place that can't be would deny nothing.
 */
export const PLACE_PATTERN = new RegExp(
  `^(?:(?:slack|mattermost|console|unix)(?::\\*)?|slack:${TEAM}/(?:\\*|${CHANNEL})|mattermost:${HOST}/(?:\\*|${MATTERMOST_CHANNEL}))$`,
);

/** Whether the text names where a command was typed: `slack:TEAM/CHANNEL`, `mattermost:HOST/CHANNEL`, `console`. */
export function isPlace(text: string): boolean {
  return PLACE.test(text);
}

/** Whether the text is a place, a whole chat or a part of one. */
export function isPlacePattern(text: string): boolean {
  return PLACE_PATTERN.test(text);
}

/** How places of the kind that the text begins with are written; undefined: there is no such kind. */
export function describePlaces(text: string): string | undefined {
  const [kind] = text.split(':');
  const [, team] = new RegExp(`^slack:(${TEAM})/?$`).exec(text) ?? [];
  const [, host] = new RegExp(`^mattermost:([a-z0-9-]*\\.${HOST})/?$`).exec(text) ?? [];
  if (team !== undefined) return `write \`slack:${team}/*\` for all of it, or a channel of it, by its id`;
  if (host !== undefined) return `write \`mattermost:${host}/*\` for all of it, or a channel of it, by its id`;
  switch (kind) {
    case 'slack':
      return 'such as `slack:T024BE7LD/C0INC42`, by ids, `slack:T024BE7LD/*` or `slack:*`';
    case 'mattermost':
      return 'such as `mattermost:chat.example.org/w7x1n8`, by the id of a channel, `mattermost:chat.example.org/*` or `mattermost:*`';
    case 'console':
    case 'unix':
      return `write \`${kind}\``;
    default:
      return undefined;
  }
}

/**
 * Whether a place is what the pattern means. `console` and `console:*` both mean all of that chat, so that neither
 * spelling of a deny rule misses half of it.
 */
export function matchesPlace(pattern: string, place: string): boolean {
  const whole = pattern.endsWith(':*') ? pattern.slice(0, -2) : pattern;
  if (!whole.includes(':')) return place === whole || place.startsWith(`${whole}:`);
  return whole.endsWith('/*') ? place.startsWith(whole.slice(0, -1)) : place === whole;
}
