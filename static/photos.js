"use strict";
// Sends each photo on its own as soon as it is chosen, made smaller where the browser can read it. Without this script they go with the form.
const LONGEST = 2000, QUALITY = .85;

const smaller = async file => {
  try {
    const image = await createImageBitmap(file), scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise(done => canvas.toBlob(blob => done(blob ?? file), "image/jpeg", QUALITY));
  } catch {
    return file; // a HEIC, in most browsers: it goes as it is
  }
};

for (const field of document.querySelectorAll("[data-photos]")) {
  const form = field.closest("form"), input = field.querySelector("[type=file]"), list = field.querySelector("ul"), said = field.querySelector("[data-said]");
  const send = (url, values) => {
    const body = new FormData();
    for (const name of ["csrf_token", "draft"]) body.append(name, form.elements[name].value);
    for (const [name, ...value] of values) body.append(name, ...value);
    return fetch(url, {method: "POST", body, redirect: "error"});
  };
  const say = words => {
    const line = document.createElement("p");
    line.textContent = words;
    said.append(line);
    return line;
  };
  const wrong = words => { say(words).className = "error"; };
  let sending = Promise.resolve();

  field.querySelector("[data-plain]").remove();
  input.classList.replace("file", "over"); // all of its label is the button
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    said.replaceChildren();
    for (const file of files) sending = sending.then(async () => {
      const busy = say(field.dataset.busy);
      try {
        const answer = await send(field.dataset.photos, [["photos", await smaller(file), "photo"]]);
        const text = await answer.text(), plain = answer.headers.get("Content-Type").startsWith("text/plain");
        if (answer.ok) list.insertAdjacentHTML("beforeend", text);
        else wrong(plain ? text : field.dataset.failed);
      } catch {
        wrong(field.dataset.failed);
      }
      busy.remove();
    });
  });
  list.addEventListener("click", async event => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    try {
      const answer = await send(field.dataset.remove, [["remove", button.value]]);
      if (!answer.ok) throw answer.status;
      button.closest("li").remove();
      said.replaceChildren();
      input.focus();
    } catch {
      wrong(field.dataset.failed);
    }
  });
  form.addEventListener("submit", event => { // what is still under way goes along
    if (!said.querySelector("p:not(.error)")) return;
    event.preventDefault();
    sending.then(() => said.querySelector(".error") || form.requestSubmit(event.submitter));
  });
}
