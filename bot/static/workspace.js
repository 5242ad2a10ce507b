// A little comfort where JavaScript is on: how many things are new, without loading the page again.
"use strict";

(() => {
  const news = document.getElementById("news");
  if (!news) return;
  const EVERY = 60 * 1000;
  let first = news.dataset.count === "" ? null : Number(news.dataset.count);
  let timer = 0;

  // Whether words stand in a form that would be missed.
  const isWriting = () => [...document.querySelectorAll("textarea")].some((box) => box.value !== box.defaultValue);

  // Signed out, here or in another tab: what stands on the page goes too, but for words that are not sent.
  function end() {
    window.clearInterval(timer);
    if (!isWriting()) window.location.replace(news.dataset.home);
  }

  function show(count) {
    const place = document.getElementById("news-count");
    if (place) place.textContent = count ? ` (${count})` : "";
    if (first === null || count < first) first = count;
    news.hidden = count <= first;
    const words = news.querySelector("a");
    if (!news.hidden) words.textContent = news.dataset.words.replace("{count}", String(count - first));
  }

  // It only reads: the session ends when it would have ended anyway.
  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(news.dataset.from, { cache: "no-store", redirect: "error" });
      if (answer.status === 401 || answer.status === 403) end();
      else if (answer.ok) show((await answer.json()).count);
    } catch {
      // No connection: the next minute will do.
    }
  }

  timer = window.setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  look();
})();
