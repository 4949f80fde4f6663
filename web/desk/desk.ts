/** What runs in every page of the desk. Without it everything still works by links and forms. */
import { arriveAtNewest } from "./arrive.js";
import { watchDrafts } from "./draft.js";
import { watchFilters } from "./filter.js";
import { watchInPlace } from "./inplace.js";
import { watchKeys } from "./keys.js";
import { watchLive } from "./live.js";
import { watchLooks } from "./looked.js";
import { watchPictures } from "./look.js";
import { watchNews } from "./notify.js";
import { watchTyped } from "./typed.js";
import { watchUploads } from "./upload.js";

watchKeys();
arriveAtNewest();
watchDrafts();
watchFilters();
watchInPlace();
watchPictures();
watchUploads();
watchNews();
watchLooks();
watchTyped();
watchLive();
