import { Copy } from "./copy";
import { Live } from "./live";
import { LocalTime } from "./local-time";
import { Player } from "./player";
import { Refresh } from "./refresh";
import { LiveTranscript } from "./transcript";

customElements.define("earshot-time", LocalTime);
customElements.define("earshot-copy", Copy);
customElements.define("earshot-player", Player);
customElements.define("earshot-refresh", Refresh);
customElements.define("earshot-live", Live);
customElements.define("earshot-transcript", LiveTranscript);
