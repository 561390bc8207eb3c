import type { ChatReceiver } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { waitAtMost } from '../../core/waiting.ts';
import { AGAIN, type Answer, createBoltApp, TAKEN } from './bolt-app.ts';
import type { BotIdentity } from './bot-identity.ts';
import { readInstalledTeams } from './installed-teams.ts';
import { readClick } from './read-click.ts';
import { readCommand } from './read-command.ts';
import { readMessage } from './read-message.ts';

/** Slack waits three seconds; the way there and back is part of them. */
const ANSWER_WITHIN_MS = 2500;
const MAX_AT_ONCE = 500;
const NOT_TAKEN = 'NOT SENT: this could not be taken, and nothing was done. Please try again.';

export interface InboundOptions {
  readonly command: string;
  readonly clock: Clock;
  readonly bot: BotIdentity;
  readonly receiver: ChatReceiver;
  /** Tells somebody something after the acknowledgement, by the address that came with what they did. */
  tellLater(via: string, text: string): void;
}

/** What Slack delivers, whichever way it came, until the bot has it. */
export interface Inbound {
  /** @param body parsed, and known to be Slack's */
  deliver(body: unknown): Promise<Answer>;
  /** Resolves when everything that was delivered is answered; nothing more is taken. */
  finish(): Promise<void>;
}

export function createInbound({ command, clock, bot, receiver, tellLater }: InboundOptions): Inbound {
  const open = new Set<Promise<Answer>>();
  let isFinished = false;

  const dispatch = createBoltApp(command, {
    takeCommand: async (body) => {
      const message = readCommand(body);
      if (message === undefined) return refuse('command');
      const taking = receiver.takeMessage(message);
      // The acknowledgement of a command can carry the answer; that of a press can't.
      if ((await withinTime(taking)) === false) return { kind: 'taken', reply: NOT_TAKEN };
      tellIfNotTaken(taking, message.via);
      return TAKEN;
    },
    takeEvent: async (body) => {
      const message = readMessage(body, bot);
      if (message === undefined) return TAKEN;
      // A late event is not acknowledged: Slack brings it again, and the bot knows it by its id.
      return (await withinTime(receiver.takeMessage(message))) === true ? TAKEN : AGAIN;
    },
    takeClick: async (body) => {
      const click = readClick(body, bot);
      if (click === undefined) return refuse('click');
      const taking = receiver.takeClick(click);
      await withinTime(taking);
      tellIfNotTaken(taking, click.via);
      return TAKEN;
    },
  });

  function refuse(what: string): Answer {
    receiver.noteRefusal({
      error: new McoError('untrusted/malformed', `a ${what} from slack is not of its usual form`),
    });
    return TAKEN;
  }

  /** Undefined when it takes too long. */
  async function withinTime(taking: Promise<boolean>): Promise<boolean | undefined> {
    let taken: boolean | undefined;
    const ended = taking.then(
      (wasTaken) => {
        taken = wasTaken;
      },
      () => {
        taken = false;
      },
    );
    await waitAtMost(clock, ANSWER_WITHIN_MS, ended);
    return taken;
  }

  /** Commands and clicks are delivered once: the person has to be told when the bot does not get them, however late. */
  function tellIfNotTaken(taking: Promise<boolean>, via: string | undefined): void {
    const tell = (wasTaken: boolean): void => {
      if (!wasTaken && via !== undefined) tellLater(via, NOT_TAKEN);
    };
    taking.then(tell, () => tell(false));
  }

  async function handle(body: unknown): Promise<Answer> {
    if (typeof body !== 'object' || body === null) return refuse('payload');
    const teams = readInstalledTeams(body);
    if (!teams.includes(bot.team)) {
      // INVARIANT: what another workspace's people say never reaches this bot's policy.
      const error = new McoError('untrusted/foreign-team', 'slack delivered something of another workspace');
      receiver.noteRefusal({ error });
      return TAKEN;
    }
    try {
      return await dispatch(body as Record<string, unknown>);
    } catch {
      return refuse('payload');
    }
  }

  return {
    async deliver(body) {
      if (isFinished || open.size >= MAX_AT_ONCE) return AGAIN;
      const handling = handle(body);
      open.add(handling);
      try {
        return await handling;
      } finally {
        open.delete(handling);
      }
    },
    async finish() {
      isFinished = true;
      await Promise.allSettled(open);
    },
  };
}
