/** What the second script gets from the first, so that no code travels twice. */
import type { openSealed } from "../shared/open.js";
import type { deriveWay, isCode } from "../shared/codes.js";
import type { Relay } from "../shared/relay.js";
import type { Card, sendOpened } from "../shared/report.js";
import type { WordList } from "../shared/words.js";
import type { make, put, say, language } from "./texts.js";
import type { find, show } from "./views.js";
import type { Send } from "./letter.js";

export interface Kit {
  readonly card: Card;
  readonly openSealed: typeof openSealed;
  readonly deriveWay: typeof deriveWay;
  readonly isCode: typeof isCode;
  readonly sendOpened: typeof sendOpened;
  readonly makeRelay: (onTrouble: () => Promise<void>) => Relay;
  readonly loadList: (language: string) => Promise<WordList>;
  readonly make: typeof make;
  readonly put: typeof put;
  readonly say: typeof say;
  readonly language: typeof language;
  readonly find: typeof find;
  readonly show: typeof show;
  /** Send later messages in this voice from now on; `sent` runs after each. */
  readonly writeAs: (voice: string, sent: () => void) => void;
}

export type Returning = (kit: Kit) => void;
export type { Send };

declare global {
  var leewardReturning: Returning | undefined;
}
