// The office's own behaviour, for pages that work without it too. No inline handlers (content security policy).
(function () {
  "use strict";

  var body = document.body;

  function closest(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }

  function say(text, tone) {
    var place = document.getElementById("messages");
    if (!place) return;
    var notice = document.createElement("div");
    notice.className = "notice is-" + (tone || "bad");
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    place.appendChild(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  // ---- keys: / searches, J and K walk the rows, Esc closes; can be switched off (WCAG 2.1.4) ----
  function shortcutsOn() {
    try { return localStorage.getItem("shortcuts") !== "off"; } catch (error) { return true; }
  }

  function typing(target) {
    return target instanceof Element && target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
  }

  function walk(step) {
    var rows = Array.prototype.slice.call(document.querySelectorAll(".grid[data-rows] tbody tr"));
    if (!rows.length) return;
    var here = rows.findIndex(function (row) { return row.classList.contains("is-current"); });
    var next = rows[Math.max(0, Math.min(rows.length - 1, here + step))];
    showHere(next);
    next.scrollIntoView({ block: "nearest" });
    var first = next.querySelector("input[type=checkbox], a, button");
    if (first) first.focus({ preventScroll: true });
  }

  // the row that is looked at
  function showHere(here) {
    list(document, ".grid[data-rows] tbody tr").forEach(function (row) { row.classList.toggle("is-current", row === here); });
  }

  function pickCurrent() {
    var box = document.querySelector(".grid[data-rows] tr.is-current input[type=checkbox]");
    if (!box) return false;
    box.click();
    return true;
  }

  function pressKey(selector) {
    var target = document.querySelector("[data-key='" + selector + "']:not([disabled])");
    if (target) target.click();
    return Boolean(target);
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") return closeThings();
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || !shortcutsOn()) return;
    if (document.querySelector("dialog[open]")) return;
    var key = event.key.toLowerCase();
    var box = document.getElementById("search");
    if (key === "/" && box) { box.focus(); box.select(); }
    else if (key === "j") walk(1);
    else if (key === "k") walk(-1);
    else if (key === "x") { if (!pickCurrent()) return; }
    else if (!/^[a-z]$/.test(key) || !pressKey(key)) return;
    event.preventDefault();
  });

  // Enter on a picked row would press the first deed's button, past its dialog
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches && event.target.matches("input[type=checkbox], input[type=radio]")) event.preventDefault();
  });

  function closeThings() {
    document.querySelectorAll(".side.is-open").forEach(function (side) { side.classList.remove("is-open"); });
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) { menu.open = false; });
    if (document.activeElement && document.activeElement.id === "search") document.activeElement.blur();
  }

  // ---- dialogs: <button data-dialog="id">, closed by [data-close]; the browser keeps focus and Esc ----
  document.addEventListener("click", function (event) {
    var opener = closest(event, "[data-dialog]");
    if (opener) {
      var dialog = document.getElementById(opener.getAttribute("data-dialog"));
      if (dialog && !dialog.open) show(dialog);
      event.preventDefault();
    }
    var closer = closest(event, "[data-close]");
    if (closer) {
      var around = closer.closest("dialog, .notice");
      if (around && around.tagName === "DIALOG") around.close();
      else if (around) around.remove();
    }
    var here = closest(event, "[data-here]");
    if (here) showHere(here.closest("tr"));
    if (closest(event, "[data-side]")) document.querySelector(".side").classList.toggle("is-open");
    if (closest(event, "[data-print]")) window.print();
    var shortcuts = closest(event, "[data-shortcuts]");
    if (shortcuts) {
      try { localStorage.setItem("shortcuts", shortcutsOn() ? "off" : "on"); } catch (error) { /* private window */ }
      showShortcuts();
    }
  });

  // ---- 帮助 and the headings of columns explain what stands on this page ----
  function words(selector) {
    var found = Array.prototype.map.call(document.querySelectorAll(selector), function (node) { return node.textContent.trim(); });
    return found.filter(function (word, place) { return word && found.indexOf(word) === place; });
  }

  function explain(address, route, columns, states) {
    var asked = new URLSearchParams({ route: route });
    columns.forEach(function (word) { asked.append("c", word); });
    states.forEach(function (word) { asked.append("s", word); });
    window.htmx.ajax("GET", address + "?" + asked, { target: "#told", swap: "innerHTML" });
  }

  document.addEventListener("click", function (event) {
    var link = document.querySelector("[data-page-help]");
    if (!link || !window.htmx) return;
    var heading = closest(event, ".content thead th"), columns = words(".content thead th, .content .tabs a, .content .figure"), states = words(".content .tag");
    if (closest(event, "[data-page-help]")) explain(link.getAttribute("data-page-help"), link.getAttribute("data-route"), columns, states);
    else if (heading && heading.textContent.trim() && !closest(event, "button, a, input, label")) explain(link.getAttribute("data-page-help"), "", [heading.textContent.trim()], []);
    else return;
    event.preventDefault();
  });

  function focusFaulty(area) { // the first field that has to be mended, so that its words are in sight
    var faulty = area.querySelector(".has-error input, .has-error select, .has-error textarea");
    if (faulty) faulty.focus();
  }

  // what a dialog shows of the picked rows is asked for when it opens (hx-trigger="shown from:closest dialog")
  function show(dialog) {
    dialog.showModal();
    focusFaulty(dialog);
    addUp(dialog);
    dialog.dispatchEvent(new CustomEvent("shown"));
  }

  function showShortcuts() {
    document.querySelectorAll("[data-shortcuts]").forEach(function (button) {
      button.textContent = shortcutsOn() ? "关闭快捷键" : "开启快捷键";
      button.setAttribute("aria-pressed", String(shortcutsOn()));
    });
  }

  // ---- a file leaves the page as it is: once it came down the page is asked for anew, since it tells what was printed ----
  // Rows stay picked; a page on which something is under way is left alone.
  var FILE = "file", turn = 0, sending = 0, leaving = false;

  window.addEventListener("beforeunload", function () { // what was sent tells of itself once; then the person goes elsewhere
    if (sending) sending -= 1;
    else leaving = true;
  });

  function fileMark() { // which the answer with the file sets
    var found = /(?:^|; )file=([^;]*)/.exec(document.cookie);
    return found ? found[1] : "";
  }

  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.method === "get") return;
    var before = fileMark(), left = 300, told = afterFile(event.submitter), mine = turn += 1;
    sending = 1;
    leaving = false;
    var watch = setInterval(function () {
      left -= 1;
      var over = !left || leaving || mine !== turn; // given up, gone elsewhere, or another paper was asked for since
      if (fileMark() === before && !over) return;
      clearInterval(watch);
      if (!over && !isUnderWay()) askAnew(told);
    }, 400);
  });

  function afterFile(button) { // the deed named in data-then is the next step
    var next = button && button.hasAttribute("data-then") && document.querySelector("[data-dialog='do-" + button.getAttribute("data-then") + "']");
    if (next) return "文件下载完成、交给银行以后，再办下一步：“" + next.textContent.trim() + "”。";
    var words = button ? button.textContent.trim() : "";
    return (words ? "“" + words + "”的" : "") + "文件已下载，请打开后打印或保存。";
  }

  function isUnderWay() {
    return document.querySelector("dialog[open], form[data-sent]") || list(document, "form[method=post] textarea, form[method=post] input").some(function (field) {
      return field.matches("textarea, [type=text], [type=file], [type=date]") && field.value !== field.defaultValue;
    });
  }

  function askAnew(told) {
    var picks = list(document, "input[name=pick]").filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
    try { sessionStorage.setItem(FILE, JSON.stringify({ page: location.pathname + location.search, picks: picks, told: told })); } catch (error) { return; }
    location.replace(location.pathname + location.search);
  }

  function pickAgain() {
    var kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(FILE) || "null"); sessionStorage.removeItem(FILE); } catch (error) { return; }
    if (!kept || kept.page !== location.pathname + location.search) return;
    list(document, "input[name=pick]").forEach(function (box) { box.checked = kept.picks.indexOf(box.value) >= 0; });
    say(kept.told, "info");
  }

  // ---- a photo that must be there: without one the form stays, and says so beside the field until one is chosen ----
  function fieldOf(input) { return input.closest(".field, .photo-form"); }

  function forgetFault(input) {
    var field = fieldOf(input);
    if (!field) return;
    field.classList.remove("has-error");
    list(field, ".errorlist").forEach(function (fault) { fault.remove(); });
    input.removeAttribute("aria-invalid");
  }

  document.addEventListener("submit", function (event) {
    var area = event.submitter && event.submitter.closest("dialog") || event.target;
    var missing = list(area, "input[type=file][data-must]").filter(function (input) {
      var dialog = input.closest("dialog");
      return !input.files.length && fieldOf(input) && (!dialog || dialog === area);
    });
    if (!missing.length) return;
    event.preventDefault();
    missing.forEach(function (input) {
      forgetFault(input);
      var fault = document.createElement("ul");
      fault.className = "errorlist";
      fault.setAttribute("role", "alert");
      fault.appendChild(document.createElement("li")).textContent = input.getAttribute("data-must");
      input.setAttribute("aria-invalid", "true");
      fieldOf(input).classList.add("has-error");
      fieldOf(input).appendChild(fault);
    });
    missing[0].focus();
  });

  document.addEventListener("change", function (event) {
    if (event.target.type !== "file" || !event.target.files.length) return;
    forgetFault(event.target);
    if (event.target.hasAttribute("data-preview")) showPicture(event.target);
  });

  // what the camera took, before it is sent
  function showPicture(input) {
    var field = fieldOf(input);
    var picture = field.querySelector("img.preview") || document.createElement("img");
    if (picture.src) URL.revokeObjectURL(picture.src);
    picture.className = "preview";
    picture.alt = "要上传的照片";
    picture.src = URL.createObjectURL(input.files[0]);
    field.appendChild(picture);
    var face = field.querySelector(".file-face .btn");
    if (face && onPhone(input)) face.textContent = "重拍";
  }

  // ---- forms: send on change, never send twice, warn before leaving what was typed ----
  document.addEventListener("change", function (event) {
    var field = closest(event, "[data-send]");
    if (field && field.form) field.form.requestSubmit ? field.form.requestSubmit() : field.form.submit();
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.hasAttribute("data-repeatable") || form.method === "get") return;
    if (form.getAttribute("data-sent")) { event.preventDefault(); return; }
    keepTyped(form, event.submitter);
    if (form.hasAttribute("hx-post")) return;
    form.setAttribute("data-sent", "1");
    form.querySelectorAll("button:not([type=button])").forEach(function (button) { button.setAttribute("aria-busy", "true"); });
  });

  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      form.removeAttribute("data-sent");
      form.querySelectorAll("[aria-busy]").forEach(function (button) { button.removeAttribute("aria-busy"); });
    });
  });

  // ---- what was typed survives a lost session: kept in this tab while it is sent, given back after the login ----
  // Only to the same person; never passwords or files; forgotten as soon as the sending came to an answer.
  var KEPT = "typed";

  function kept(value) {
    try {
      if (value) sessionStorage.setItem(KEPT, JSON.stringify(value));
      else if (value === null) sessionStorage.removeItem(KEPT);
      return JSON.parse(sessionStorage.getItem(KEPT) || "null");
    } catch (error) { return null; }
  }

  function typedFields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.matches("input, select, textarea") && !field.matches("[type=password], [type=file], [type=hidden], [type=submit]");
    });
  }

  function aimOf(form) { return new URL(form.getAttribute("action") || location.href, location.href).pathname; }

  function keepTyped(form, button) {
    if (!body.hasAttribute("data-user") || form.querySelector("[type=password]")) return;
    var dialog = button && button.closest("dialog");
    kept({
      who: body.getAttribute("data-user"), aim: aimOf(form), dialog: dialog ? dialog.id : "",
      values: typedFields(form).map(function (field) {
        return [field.name, field.value, field.matches("[type=checkbox], [type=radio]") ? field.checked : null];
      })
    });
  }

  function giveBackTyped() {
    var typed = kept();
    if (!typed) return;
    if (document.querySelector("[data-lost]")) { typed.lost = true; kept(typed); return; }
    kept(null);
    if (!typed.lost || typed.who !== body.getAttribute("data-user")) return;
    var form = Array.prototype.find.call(document.forms, function (one) {
      return one.method !== "get" && aimOf(one) === typed.aim && typedFields(one).some(function (field) {
        return typed.values.some(function (value) { return value[0] === field.name; });
      });
    });
    if (!form) return;
    typed.values.forEach(function (value) {
      typedFields(form).forEach(function (field) {
        if (field.name !== value[0]) return;
        if (value[2] === null) field.value = value[1];
        else if (field.value === value[1]) field.checked = value[2];
      });
    });
    var dialog = typed.dialog && document.getElementById(typed.dialog);
    if (dialog && form.contains(dialog) || dialog && dialog.contains(form)) dialog.setAttribute("data-open", "");
    say("刚才没有提交成功，填写的内容已经放回来了，请核对后再提交一次。", "info");
  }

  // ---- picking rows: a head box, a count, a sum, buttons that need a pick ----
  function list(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }

  function sumOf(boxes, name) {
    return boxes.reduce(function (sum, box) { return sum + Number(box.getAttribute(name) || 0); }, 0);
  }

  function yuan(fen) {
    var rest = String(fen % 100);
    return String(Math.floor(fen / 100)).replace(/\B(?=(\d{3})+$)/g, ",") + "." + (rest.length < 2 ? "0" + rest : rest);
  }

  // a pupil who is picked is looked at: the evidence beside the list is his
  document.addEventListener("change", function (event) {
    var box = closest(event, ".review input[name=pick]");
    var link = box && box.checked && box.closest("tr").querySelector("a[data-here]");
    if (link) link.click();
  });

  var PICKS = ".grid, [data-picks]"; // what holds rows to pick: a table, or a wall of photos

  function showPicked(table) {
    var boxes = list(table, "input[name=pick]");
    var chosen = boxes.filter(function (box) { return box.checked; });
    var picked = chosen.length;
    var head = table.querySelector("[data-pick-all]");
    if (head) {
      head.checked = boxes.length > 0 && picked === boxes.length;
      head.indeterminate = picked > 0 && picked < boxes.length;
    }
    list(document, "[data-picked]").forEach(function (place) { place.textContent = picked; });
    ["persons", "over", "flagged"].forEach(function (what) {
      list(document, "[data-picked-" + what + "]").forEach(function (place) {
        place.textContent = sumOf(chosen, "data-" + what);
        if (place.hasAttribute("data-hide-none")) place.parentNode.parentNode.hidden = place.textContent === "0";
      });
    });
    list(document, "[data-picked-fen]").forEach(function (place) { place.textContent = yuan(sumOf(chosen, "data-fen")); });
    list(document, "[data-picked-all]").forEach(function (notice) { notice.hidden = picked !== Number(notice.getAttribute("data-picked-all")); });
    showAllFlagged(chosen);
    showChosenRows(chosen);
    showOne(chosen.length === 1 ? chosen[0] : null);
    showWhatFits(chosen);
  }

  // where each of the picked rows has to be looked at, a deed on many has nothing to do
  function showAllFlagged(chosen) {
    var all = chosen.length > 0 && chosen.every(function (box) { return Number(box.getAttribute("data-flagged")) > 0; });
    list(document, "[data-all-flagged]").forEach(function (notice) {
      notice.hidden = !all;
      list(notice.closest("dialog"), "button[type=submit]").forEach(function (button) { button.disabled = all; });
    });
  }

  // a row may say in data-says what it is: the dialogs list all that are picked, and what they come to
  var MOST_SAID = 20;

  function showChosenRows(chosen) {
    var said = chosen.filter(function (box) { return box.hasAttribute("data-says"); });
    list(document, "[data-picked-list]").forEach(function (place) {
      place.textContent = "";
      said.slice(0, MOST_SAID).forEach(function (box) { addItem(place, box.getAttribute("data-says")); });
      if (said.length > MOST_SAID) addItem(place, "……其余 " + (said.length - MOST_SAID) + " 笔");
      if (said.length > 1) addItem(place, "合计 " + said.length + " 笔，" + yuan(sumOf(said, "data-fen")) + " 元");
      place.hidden = !said.length;
    });
  }

  function addItem(place, text) {
    var item = document.createElement("li");
    item.textContent = text;
    place.appendChild(item);
  }

  // a row may say in data-about what it is, and in data-agreed what agreeing to it means: told in the dialogs while
  // it is the only one that is picked
  function showOne(box) {
    list(document, "[data-picked-one]").forEach(function (place) {
      var then = box && place.getAttribute("data-picked-one") === "agree" ? box.getAttribute("data-agreed") : "";
      place.textContent = box && box.hasAttribute("data-about") ? box.getAttribute("data-about") + (then ? "，" + then : "") + "。" : "";
      place.hidden = !place.textContent;
    });
  }

  // a row may name in data-for the deeds that fit it; a button waits until all picked rows fit, and a hint says so:
  // with data-only which rows the deed is for, else which of the picked ones do not fit (data-name, or how many);
  // data-why-<deed> is a row's own reason for not fitting that deed
  function showWhatFits(chosen) {
    var hints = [], usable = false, apart = 0;
    list(document, "[data-needs-pick]").forEach(function (button) {
      var deed = (button.getAttribute("data-dialog") || "").replace(/^do-/, "");
      var unfit = chosen.filter(function (box) {
        return box.hasAttribute("data-for") && box.getAttribute("data-for").split(" ").indexOf(deed) < 0;
      });
      button.disabled = !chosen.length || unfit.length > 0;
      usable = usable || !button.disabled;
      var only = unfit.length ? button.getAttribute("data-only") || "" : "";
      button.title = only;
      var own = valuesOf(unfit, "data-why-" + deed);
      if (own.length) hints.push("“" + button.textContent.trim() + "”：" + own.join("；"));
      else if (only) { apart += 1; hints.push("“" + button.textContent.trim() + "”" + only.replace(/。$/, "")); }
      else if (unfit.length && unfit.length < chosen.length) hints.push((namesOf(unfit) || "所选中 " + unfit.length + " 行") + "不能“" + button.textContent.trim() + "”");
    });
    if (apart > 1) hints = ["一次只勾选一种差异"]; // rows of several kinds: no deed with a kind of its own fits them all
    list(document, "[data-pick-hint]").forEach(function (place) {
      var unfit = chosen.length && place.getAttribute("data-unfit-hint");
      var why = unfit && !usable ? hints.join("；") || unfit : "";
      var reasons = chosen.length && !usable ? valuesOf(chosen, "data-why").join("；") : "";
      place.textContent = why || reasons || hints.join("；") || (unfit ? "" : place.getAttribute("data-pick-hint"));
      place.title = place.textContent;
    });
  }

  function valuesOf(boxes, name) { // what the rows say there, each thing once
    return boxes.map(function (box) { return box.getAttribute(name); }).filter(function (one, place, all) { return one && all.indexOf(one) === place; });
  }

  function namesOf(boxes) {
    var names = valuesOf(boxes, "data-name");
    return names.slice(0, 3).join("、") + (names.length > 3 ? "等 " + names.length + " 个" : "");
  }

  document.addEventListener("change", function (event) {
    var head = closest(event, "[data-pick-all]");
    var table = closest(event, PICKS);
    if (!table || !(head || closest(event, "input[name=pick]"))) return;
    if (head) list(table, "input[name=pick]").forEach(function (box) { box.checked = head.checked; });
    showPicked(table);
  });

  // ---- a form of several amounts shows what they come to ----
  function addUp(form) {
    var fen = list(form, "[data-adds]").reduce(function (sum, field) {
      return sum + Math.round(100 * Number(field.value.replace(/[,，\s]/g, "")));
    }, 0);
    list(form, "[data-added]").forEach(function (place) { place.textContent = fen >= 0 ? yuan(fen) : "（有的金额不是数字）"; });
  }

  document.addEventListener("input", function (event) {
    if (closest(event, "[data-adds]") && event.target.form) addUp(event.target.form);
  });

  // ---- a file field: a button in the page's language and the name of what was chosen, under the browser's own field,
  // which stays what is clicked, focused and read out (without this script it is seen as it is) ----
  function onPhone(input) { // what the button says where it opens the camera
    return window.matchMedia("(pointer: coarse)").matches ? input.getAttribute("data-face") : "";
  }

  function dressFiles() {
    list(document, "input[type=file]:not([data-dressed])").forEach(function (input) {
      var box = document.createElement("span");
      var face = document.createElement("span");
      face.className = "file-face";
      face.setAttribute("aria-hidden", "true");
      face.innerHTML = '<span class="btn btn-plain">选择文件</span><span class="file-name"></span>';
      if (onPhone(input)) face.firstChild.textContent = onPhone(input);
      box.className = "file";
      input.setAttribute("data-dressed", "");
      input.parentNode.insertBefore(box, input);
      box.appendChild(input);
      box.appendChild(face);
      showName(input);
    });
  }

  function showName(input) {
    var place = input.parentNode.querySelector(".file-name");
    if (place) place.textContent = input.files.length ? input.files[0].name : onPhone(input) ? "还没有拍" : "还没有选择";
  }

  document.addEventListener("change", function (event) {
    if (event.target.type === "file") showName(event.target);
  });

  // ---- a file to send: drop area, name and size, progress of the sending ----
  function showChosen(area) {
    var input = area.querySelector("input[type=file]");
    var place = area.querySelector(".chosen");
    var file = input.files[0];
    if (!place) return;
    if (!file) { place.textContent = ""; return; }
    var size = file.size / 1048576;
    var limit = Number(area.getAttribute("data-limit-mb") || 64);
    var text = "已选择：" + file.name + "（" + (size < 0.1 ? Math.ceil(file.size / 1024) + " KB" : size.toFixed(1) + " MB") + "）";
    var bad = file.size === 0 ? "文件是空的，请重新选择。" : size > limit ? "文件超过 " + limit + " MB，请拆分后再上传。" : "";
    input.setCustomValidity(bad);
    place.textContent = bad ? text + " " + bad : text;
  }

  document.addEventListener("change", function (event) {
    var area = closest(event, "[data-drop]");
    if (area && event.target.type === "file") showChosen(area);
  });

  ["dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var area = closest(event, "[data-drop]");
      if (!area) return;
      event.preventDefault();
      area.classList.toggle("is-over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        area.querySelector("input[type=file]").files = event.dataTransfer.files;
        showChosen(area);
      }
    });
  });

  body.addEventListener("htmx:xhr:progress", function (event) {
    var form = event.target.closest("form[data-sending]");
    var box = form && form.querySelector("[data-progress]");
    if (!box || !event.detail.total) return;
    var percent = Math.round((100 * event.detail.loaded) / event.detail.total);
    box.hidden = false;
    box.querySelector("progress").value = percent;
    box.querySelector("[data-percent]").textContent = percent < 100 ? "正在上传 " + percent + "%" : "已上传，正在登记…";
  });

  body.addEventListener("htmx:beforeRequest", function (event) { setBusy(event.target, true); });
  body.addEventListener("htmx:afterRequest", function (event) { setBusy(event.target, false); });

  function setBusy(form, busy) {
    if (form.tagName !== "FORM") return;
    form.querySelectorAll("button:not([type=button])").forEach(function (button) {
      if (busy) button.setAttribute("aria-busy", "true"); else button.removeAttribute("aria-busy");
    });
    var box = form.querySelector("[data-progress]");
    if (box && !busy) box.hidden = true;
  }

  // ---- answers that did not come ----
  body.addEventListener("htmx:sendError", function () { say("没有连上服务器，刚才的操作没有完成。请检查网络后再试。"); });
  body.addEventListener("htmx:timeout", function () { say("服务器很久没有答复。请稍候刷新页面，查看操作是否完成。"); });
  body.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    if (status >= 500) say("系统出现故障，操作没有完成。请稍后再试；仍不行时请联系系统管理员。");
    if (status === 403 && !event.detail.xhr.getResponseHeader("HX-Retarget")) say("页面停留过久，请刷新后再试。");
  });

  // ---- a number shown in clear goes back behind its mask ----
  body.addEventListener("htmx:afterSwap", function () {
    dressFiles();
    document.querySelectorAll("[data-hide-after]:not([data-timed])").forEach(function (shown) {
      shown.setAttribute("data-timed", "1");
      window.setTimeout(function () {
        shown.textContent = shown.getAttribute("data-masked");
        shown.classList.remove("shown");
      }, 1000 * Number(shown.getAttribute("data-hide-after")));
    });
    openDialogs();
  });

  function openDialogs() {
    document.querySelectorAll("dialog[data-open]:not([open])").forEach(function (dialog) {
      dialog.removeAttribute("data-open");
      show(dialog);
    });
  }

  // ---- closer or looser rows, remembered on this machine ----
  document.addEventListener("click", function (event) {
    if (!closest(event, "[data-density]")) return;
    var dense = body.classList.toggle("dense");
    try { localStorage.setItem("dense", dense ? "1" : ""); } catch (error) { /* private window */ }
    nameDensity();
  });
  try { body.classList.toggle("dense", localStorage.getItem("dense") === "1"); } catch (error) { /* private window */ }
  nameDensity();

  function nameDensity() { // what the press would do
    list(document, "[data-density] span").forEach(function (word) { word.textContent = body.classList.contains("dense") ? "宽松" : "紧凑"; });
  }

  // ---- a list of few rows is as high as its rows ----
  document.querySelectorAll(".fill .table-box").forEach(function (box) {
    if (box.querySelectorAll("tbody tr").length < 7) box.closest(".fill").classList.add("is-short");
  });

  showShortcuts();
  dressFiles();
  giveBackTyped();
  pickAgain();
  document.addEventListener("DOMContentLoaded", function () {
    var main = document.getElementById("content");
    if (main && !main.querySelector("[data-samples]")) focusFaulty(main);
  });
  document.addEventListener("DOMContentLoaded", openDialogs); // after htmx, which loads what an open dialog asks for
  document.querySelectorAll("[data-needs-pick]").forEach(function (button) { button.disabled = true; });
  document.querySelectorAll(PICKS).forEach(function (table) {
    if (table.querySelector("input[name=pick]")) showPicked(table);
  });
})();
