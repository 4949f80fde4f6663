/** What runs in every page of the desk. Without it everything still works by links and forms. */
import { watchDrafts } from "./draft.js";
import { watchFilters } from "./filter.js";
import { watchInPlace } from "./inplace.js";
import { watchKeys } from "./keys.js";
import { watchLive } from "./live.js";
import { watchPictures } from "./look.js";
import { watchUploads } from "./upload.js";

watchKeys();
watchDrafts();
watchFilters();
watchInPlace();
watchPictures();
watchUploads();
watchLive();
