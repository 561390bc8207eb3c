import { type BlockCheck, checkFlags, checkList, checkName, checkShape, checkText, say } from './block-checker.ts';
import { isRecord } from './read-arguments.ts';

interface Inline {
  readonly needed: readonly string[];
  readonly allowed: readonly string[];
}

const INLINES: Readonly<Record<string, Inline>> = {
  text: { needed: ['text'], allowed: ['style'] },
  link: { needed: ['url'], allowed: ['text', 'unsafe', 'style'] },
  user: { needed: ['user_id'], allowed: ['style'] },
  usergroup: { needed: ['usergroup_id'], allowed: ['style'] },
  channel: { needed: ['channel_id'], allowed: ['style'] },
  broadcast: { needed: ['range'], allowed: ['style'] },
  emoji: { needed: ['name'], allowed: ['unicode', 'style', 'skin_tone'] },
};
const STYLES = ['bold', 'italic', 'strike', 'code', 'underline', 'highlight', 'client_highlight', 'unlink'];
const MANY = 1000;

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export function checkRichText(check: BlockCheck, value: unknown, pointer: string): void {
  const block = checkShape(
    check,
    { value, pointer },
    { types: ['rich_text'], needed: ['elements'], allowed: ['block_id'] },
  );
  if (block === undefined) return;
  checkList(check, { value: block.elements, pointer: `${pointer}/elements`, max: MANY }, (element, at) =>
    checkElement(check, element, at),
  );
}

function checkElement(check: BlockCheck, value: unknown, pointer: string): void {
  const type = isRecord(value) ? value.type : undefined;
  const inlines = type === 'rich_text_preformatted' ? ['text', 'link'] : Object.keys(INLINES);
  if (type === 'rich_text_list') return checkRichList(check, value, pointer);
  const types = ['rich_text_section', 'rich_text_preformatted', 'rich_text_quote'];
  const allowed = type === 'rich_text_section' ? [] : ['border'];
  const element = checkShape(check, { value, pointer }, { types, needed: ['elements'], allowed });
  if (element === undefined) return;
  checkList(check, { value: element.elements, pointer: `${pointer}/elements`, max: MANY }, (inline, at) =>
    checkInline(check, { value: inline, pointer: at }, inlines),
  );
}

function checkRichList(check: BlockCheck, value: unknown, pointer: string): void {
  const shape = { needed: ['style', 'elements'], allowed: ['indent', 'border', 'offset'] };
  const list = checkShape(check, { value, pointer }, shape);
  if (list === undefined) return;
  if (list.style !== 'bullet' && list.style !== 'ordered') say(check, 'must be one of: bullet, ordered', pointer);
  checkList(check, { value: list.elements, pointer: `${pointer}/elements`, max: MANY }, (section, at) => {
    if (isRecord(section) && section.type === 'rich_text_section') checkElement(check, section, at);
    else say(check, 'must be a rich_text_section', at);
  });
}

function checkInline(check: BlockCheck, at: { value: unknown; pointer: string }, types: readonly string[]): void {
  const { value, pointer } = at;
  const type = isRecord(value) ? String(value.type) : '';
  const inline = checkShape(check, at, { types, ...(INLINES[type] ?? { needed: [], allowed: [] }) });
  if (inline === undefined) return;
  if (type === 'text') checkText(check, { value: inline.text, pointer: `${pointer}/text` }, Number.POSITIVE_INFINITY);
  if (type === 'link' && inline.text !== undefined)
    checkText(check, { value: inline.text, pointer: `${pointer}/text` }, Number.POSITIVE_INFINITY);
  checkName(check, { value: inline.url, pointer: `${pointer}/url` }, 3000);
  if (type === 'user' && !/^[UW][A-Z0-9]+$/.test(String(inline.user_id)))
    say(check, 'must be a user ID', `${pointer}/user_id`);
  if (type === 'broadcast' && !['here', 'channel', 'everyone'].includes(String(inline.range)))
    say(check, 'must be one of: here, channel, everyone', `${pointer}/range`);
  if (inline.style === undefined) return;
  const style = checkShape(
    check,
    { value: inline.style, pointer: `${pointer}/style` },
    { needed: [], allowed: STYLES },
  );
  if (style !== undefined) checkFlags(check, { value: style, pointer: `${pointer}/style` }, STYLES);
}
