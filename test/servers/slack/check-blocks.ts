import {
  type BlockCheck,
  checkFlags,
  checkList,
  checkName,
  checkShape,
  checkTextObject,
  say,
} from './block-checker.ts';
import { checkButton, checkMarkdown } from './check-button.ts';
import { checkRichText } from './check-rich-text.ts';
import { checkTable } from './check-table.ts';
import { MethodError, refuseWith } from './method-error.ts';
import { isRecord } from './read-arguments.ts';

const MAX_BLOCKS = 50;
/** Not documented: the sum at which real workspaces refuse (slackapi/bolt-js issue 2509). */
const MAX_TEXT_LENGTH = 13_200;
const MAX_MARKDOWN_LENGTH = 12_000;
const MAX_TEXT = 3000;
const MAX_FIELD = 2000;

type Check = (check: BlockCheck, value: unknown, pointer: string) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  section: checkSection,
  header: checkHeader,
  context: checkContext,
  divider: (check, value, pointer) => void checkShape(check, { value, pointer }, { needed: [], allowed: ['block_id'] }),
  actions: checkActions,
  rich_text: checkRichText,
  table: checkTable,
  markdown: checkMarkdown,
};

/**
 * Block Kit, as far as this server knows it: section, header, context, divider, actions with buttons, rich_text, table
 * and markdown. Every field is checked and no unknown one is let pass.
 *
 * @throws MethodError `invalid_blocks_format`, `invalid_blocks`, `invalid_attachments`, `msg_blocks_too_long`
 */
export function checkBlocks(blocks: unknown): readonly Record<string, unknown>[] {
  if (!Array.isArray(blocks)) throw new MethodError('invalid_blocks_format');
  const check: BlockCheck = { problems: [], textLength: 0, markdownLength: 0, tables: 0 };
  const ids = new Set<string>();
  checkList(check, { value: blocks, pointer: '/blocks', min: 0, max: MAX_BLOCKS }, (block, pointer) => {
    checkBlock(check, block, pointer);
    const id = isRecord(block) ? block.block_id : undefined;
    if (typeof id === 'string' && ids.has(id)) say(check, 'block_id already exists', `${pointer}/block_id`);
    if (typeof id === 'string') ids.add(id);
  });
  if (check.markdownLength > MAX_MARKDOWN_LENGTH)
    say(check, `must be less than ${MAX_MARKDOWN_LENGTH + 1} characters for all markdown blocks`, '/blocks');
  if (check.problems.length > 0) throw refuse('invalid_blocks', check.problems);
  if (check.tables > 1) throw refuse('invalid_attachments', ['only_one_table_allowed']);
  if (check.textLength > MAX_TEXT_LENGTH) throw new MethodError('msg_blocks_too_long');
  return blocks as readonly Record<string, unknown>[];
}

function refuse(code: string, problems: readonly string[]): MethodError {
  return new MethodError(code, { ...refuseWith(code, problems).extras, errors: problems });
}

function checkBlock(check: BlockCheck, block: unknown, pointer: string): void {
  if (!isRecord(block)) return say(check, 'must provide an object', pointer);
  const checkOne = CHECKS[String(block.type)];
  if (checkOne === undefined) return say(check, `unsupported type: ${String(block.type)}`, `${pointer}/type`);
  checkName(check, { value: block.block_id, pointer: `${pointer}/block_id` }, 255);
  checkOne(check, block, pointer);
}

function checkSection(check: BlockCheck, value: unknown, pointer: string): void {
  const allowed = ['block_id', 'text', 'fields', 'accessory', 'expand'];
  const section = checkShape(check, { value, pointer }, { needed: [], allowed });
  if (section === undefined) return;
  const { text, fields, accessory } = section;
  if (text === undefined && fields === undefined) say(check, 'missing required field: text or fields', pointer);
  if (text !== undefined) checkTextObject(check, { value: text, pointer: `${pointer}/text` }, MAX_TEXT);
  if (fields !== undefined)
    checkList(check, { value: fields, pointer: `${pointer}/fields`, max: 10 }, (field, at) =>
      checkTextObject(check, { value: field, pointer: at }, MAX_FIELD),
    );
  if (accessory !== undefined) checkButton(check, accessory, `${pointer}/accessory`);
  checkFlags(check, { value: section, pointer }, ['expand']);
}

function checkHeader(check: BlockCheck, value: unknown, pointer: string): void {
  const header = checkShape(check, { value, pointer }, { needed: ['text'], allowed: ['block_id'] });
  if (header === undefined) return;
  checkTextObject(check, { value: header.text, pointer: `${pointer}/text`, types: ['plain_text'] }, 150);
}

function checkContext(check: BlockCheck, value: unknown, pointer: string): void {
  const context = checkShape(check, { value, pointer }, { needed: ['elements'], allowed: ['block_id'] });
  if (context === undefined) return;
  checkList(check, { value: context.elements, pointer: `${pointer}/elements`, max: 10 }, (element, at) =>
    checkTextObject(check, { value: element, pointer: at }, MAX_TEXT),
  );
}

function checkActions(check: BlockCheck, value: unknown, pointer: string): void {
  const actions = checkShape(check, { value, pointer }, { needed: ['elements'], allowed: ['block_id'] });
  if (actions === undefined) return;
  const ids = new Set<string>();
  checkList(check, { value: actions.elements, pointer: `${pointer}/elements`, max: 25 }, (element, at) => {
    const id = checkButton(check, element, at);
    if (id !== undefined && ids.has(id)) say(check, 'action_id already exists', `${at}/action_id`);
    if (id !== undefined) ids.add(id);
  });
}
